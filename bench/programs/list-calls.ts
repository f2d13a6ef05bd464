import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

// Asks for one path so many times a second, through a Unix socket, however long the answers take: each is timed from
// when it was due. Prints the milliseconds of all of them, and the last answer's bytes.
const [socketPath = '', path = '', rate = '1', seconds = '1'] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true });
const began = performance.now();
const calls: Promise<{ ms: number; body: string }>[] = [];

for (let call = 0; call < Number(rate) * Number(seconds); call += 1) {
  const due = began + (call * 1000) / Number(rate);
  if (due > performance.now()) await pause(due - performance.now());
  calls.push(ask(due));
}
const answers = await Promise.all(calls);
console.log(JSON.stringify({ times: answers.map(({ ms }) => ms), body: answers.at(-1)?.body }));
agent.destroy();

function ask(due: number): Promise<{ ms: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get({ socketPath, path, agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve({ ms: performance.now() - due, body });
        else reject(new Error(`${path} was answered ${response.statusCode}: ${body}`));
      });
      response.on('error', reject);
    });
    request.on('error', (error) => {
      // The server has closed a connection that was idle for long in the moment in which it was used again.
      if (request.reusedSocket && 'code' in error && error.code === 'ECONNRESET') resolve(ask(due));
      else reject(error);
    });
  });
}
