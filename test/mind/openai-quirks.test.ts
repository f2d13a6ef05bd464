import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CALL,
  DONE,
  failureOf,
  hear,
  json,
  providerFor,
  serve,
  stopped,
  stream,
  words,
} from './scripted-server.ts';

describe('an OpenAI-compatible provider', () => {
  it('streams text and reasoning and ends with model, finish reason and usage', async () => {
    const thinking = { choices: [{ delta: { reasoning_content: 'Hm. ' } }] };
    const usage = { choices: [], usage: { prompt_tokens: 7, completion_tokens: 2 } };
    await using server = await serve(stream(thinking, words('Once '), words('more'), stopped(), usage, DONE));
    const heard = await hear(providerFor(server.url));
    assert.equal(heard.text, 'Once more');
    assert.equal(heard.reasoning, 'Hm. ');
    const usageSeen = { inputTokens: 7, outputTokens: 2 };
    assert.deepEqual(heard.end, { kind: 'finished', model: 'served', finish: 'stop', usage: usageSeen });
  });

  it('sends prompt, schema, token limit, key and user agent', async () => {
    await using server = await serve(stream(words('{}'), stopped(), DONE));
    const schema = { type: 'object', properties: {} };
    await hear(providerFor(server.url), { schema, maxOutputTokens: 64 });
    const sent = server.asked[0];
    assert.equal(sent?.path, '/v1/chat/completions');
    assert.equal(sent?.headers.authorization, 'Bearer sk-not-for-logs');
    assert.equal(sent?.headers['user-agent'], 'ConsciousnessOrchestrator/1.2.3');
    const body = JSON.parse(sent?.body ?? '');
    assert.deepEqual(body, {
      model: 'a-model',
      messages: [{ role: 'user', content: CALL.prompt }],
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 64,
      response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema } },
    });
  });

  it('keeps its connection for the next call', async () => {
    await using server = await serve(stream(words('a'), stopped(), DONE));
    const provider = providerFor(server.url);
    for (let n = 0; n < 3; n += 1) await hear(provider);
    assert.equal(server.sockets, 1);
  });

  it('does not follow a redirect, which would carry the key elsewhere', async () => {
    await using elsewhere = await serve(stream(words('stolen'), stopped(), DONE));
    await using server = await serve((_asked, response) => {
      response.writeHead(307, { location: `${elsewhere.url}/chat/completions` }).end();
    });
    assert.equal(failureOf(await hear(providerFor(server.url))).kind, 'refused');
    assert.equal(elsewhere.asked.length, 0);
  });
});

describe('quirks of servers', () => {
  it('200 with an error body is a refusal with its message (lmstudio-bug-tracker #618, #1323, #2085)', async () => {
    await using server = await serve(
      json(200, { error: 'Unexpected endpoint or method. (POST /chat/completions)' }),
    );
    const failure = failureOf(await hear(providerFor(server.url)));
    assert.equal(failure.kind, 'refused');
    assert.match(failure.message, /Unexpected endpoint or method/);
  });

  it('an error as a bare string keeps its words (lmstudio-bug-tracker #237)', async () => {
    await using server = await serve(json(400, { error: 'max_tokens must be positive' }));
    const failure = failureOf(await hear(providerFor(server.url)));
    assert.deepEqual(failure, { kind: 'refused', message: 'max_tokens must be positive' });
  });

  const overflows: [string, number, unknown][] = [
    [
      'lmstudio-bug-tracker #237',
      400,
      {
        error:
          'The number of tokens to keep from the initial prompt is greater than the context length. Try to load the model with a larger context length',
      },
    ],
    [
      'lmstudio-bug-tracker #2205',
      400,
      { error: 'Cannot truncate prompt with n_keep (5003) >= n_ctx (4096)' },
    ],
    [
      'anomalyco/opencode#11141',
      500,
      {
        error: {
          message:
            'Reached context length of 4096 tokens with model (arch: qwen3) that does not support mid-generation context overflow',
        },
      },
    ],
    [
      'llama.cpp exceed_context_size_error',
      400,
      {
        error: {
          code: 400,
          message: 'the request is too large',
          type: 'exceed_context_size_error',
          n_ctx: 256,
        },
      },
    ],
  ];
  for (const [issue, status, body] of overflows) {
    it(`a prompt that is too long is context-overflow (${issue})`, async () => {
      await using server = await serve(json(status, body));
      assert.equal(failureOf(await hear(providerFor(server.url))).kind, 'context-overflow');
    });
  }

  it('context overflow in the middle of a stream is context-overflow (lmstudio-bug-tracker #2256)', async () => {
    const error = { error: { message: 'context length exceeded' } };
    await using server = await serve(stream(words('Well, '), error));
    assert.equal(failureOf(await hear(providerFor(server.url))).kind, 'context-overflow');
  });

  it('a JSON error without a frame in a stream is heard (zendev-sh/goai#110)', async () => {
    await using server = await serve(stream('{\n  "error": {\n    "message": "it went wrong"\n  }\n}'));
    assert.deepEqual(failureOf(await hear(providerFor(server.url))), {
      kind: 'server-error',
      message: 'it went wrong',
    });
  });

  it('an event named error is an error, whatever its data (zendev-sh/goai#110)', async () => {
    await using server = await serve(stream(words('Half'), 'event: error\ndata: engine died\n\n'));
    assert.deepEqual(failureOf(await hear(providerFor(server.url))), {
      kind: 'server-error',
      message: 'engine died',
    });
  });

  it('a model unloaded in the middle of an answer is no-model (lmstudio-bug-tracker #1057, #671)', async () => {
    await using server = await serve(stream(words('Half'), { error: 'Model unloaded.' }));
    const failure = failureOf(await hear(providerFor(server.url)));
    assert.equal(failure.kind, 'no-model');
    assert.match(failure.message, /lms load/);
  });

  it('no model at all is no-model (lmstudio-bug-tracker #1217)', async () => {
    const message =
      'No models loaded. Please load a model in the developer page or use the lms load command.';
    await using server = await serve(json(404, { error: { message, code: 'model_not_found' } }));
    assert.equal(failureOf(await hear(providerFor(server.url))).kind, 'no-model');
  });

  const missing: [string, unknown][] = [
    [
      'Ollama',
      { error: { message: 'model "qwen2.5:7b" not found, try pulling it first', type: 'api_error' } },
    ],
    ['vLLM', { error: { message: 'The model `qwen2.5-7b` does not exist.', code: 404 } }],
    ['the code model_not_found', { error: { message: 'no', code: 'model_not_found' } }],
  ];
  for (const [server, body] of missing) {
    it(`a model that the server has not holds the thought and says what to do (${server})`, async () => {
      await using serving = await serve(json(404, body));
      const failure = failureOf(await hear(providerFor(serving.url)));
      assert.equal(failure.kind, 'no-model');
      assert.match(failure.message, /has not the model .*lms load <model>.*correct its name/);
    });
  }

  it('404 about anything else is refused', async () => {
    await using server = await serve(json(404, { detail: 'Not Found' }));
    assert.equal(failureOf(await hear(providerFor(server.url))).kind, 'refused');
  });

  it('a usage chunk without choices is no error (vercel/ai#7417)', async () => {
    const usage = { usage: { prompt_tokens: 3, completion_tokens: 1 } };
    await using server = await serve(stream(words('fine'), stopped(), usage, DONE));
    const { end } = await hear(providerFor(server.url));
    assert.equal(end?.kind === 'finished' && end.usage.inputTokens, 3);
  });

  it('a stream that ends without a finish_reason is cut, also when it says [DONE] (lmstudio-bug-tracker #671)', async () => {
    await using server = await serve(stream(words('Once upon'), DONE));
    const heard = await hear(providerFor(server.url));
    assert.equal(failureOf(heard).kind, 'cut');
    assert.equal(heard.text, 'Once upon');
  });

  it('a connection that breaks in the middle of an answer is cut', async () => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(words('Once'))}\n\n`, () => response.socket?.resetAndDestroy());
    });
    assert.equal(failureOf(await hear(providerFor(server.url))).kind, 'cut');
  });

  it('a missing [DONE] after a finish_reason is fine', async () => {
    await using server = await serve(stream(words('all'), stopped('length')));
    const { end } = await hear(providerFor(server.url));
    assert.equal(end?.kind === 'finished' && end.finish, 'length');
  });

  it('a stream left open after [DONE] does not hold the answer up', { timeout: 3_000 }, async () => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(words('a'))}\n\ndata: ${JSON.stringify(stopped())}\n\n${DONE}`);
    });
    const heard = await hear(providerFor(server.url));
    assert.equal(heard.end?.kind, 'finished');
  });

  it('an answer that is only reasoning arrives as reasoning (lmstudio-bug-tracker #1602)', async () => {
    const thinking = { choices: [{ delta: { content: '', reasoning_content: 'So…' } }] };
    await using server = await serve(stream(thinking, stopped(), DONE));
    const heard = await hear(providerFor(server.url));
    assert.deepEqual([heard.text, heard.reasoning, heard.end?.kind], ['', 'So…', 'finished']);
  });

  it('an answer that comes unstreamed is read all the same', async () => {
    const body = { model: 'm', choices: [{ message: { content: 'whole' }, finish_reason: 'stop' }] };
    await using server = await serve(json(200, body));
    const heard = await hear(providerFor(server.url));
    assert.deepEqual([heard.text, heard.end?.kind], ['whole', 'finished']);
  });

  it('contents as lists of parts are read', async () => {
    const parts = {
      choices: [
        {
          delta: {
            content: [
              { type: 'text', text: 'in ' },
              { type: 'text', text: 'parts' },
            ],
          },
        },
      ],
    };
    await using server = await serve(stream(parts, stopped(), DONE));
    assert.equal((await hear(providerFor(server.url))).text, 'in parts');
  });

  it('a stream that does not say that it is one is read all the same', async () => {
    await using server = await serve((_asked, response) => {
      response.end(`data: ${JSON.stringify(words('plain'))}\n\ndata: ${JSON.stringify(stopped())}\n\n`);
    });
    assert.equal((await hear(providerFor(server.url))).text, 'plain');
  });

  it('characters split over packets arrive whole', async () => {
    await using server = await serve((_asked, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const bytes = Buffer.from(
        `data: ${JSON.stringify(words('größer 🦉'))}\n\ndata: ${JSON.stringify(stopped())}\n\n`,
      );
      const next = (at: number) => {
        if (at >= bytes.length) response.end();
        else response.write(bytes.subarray(at, at + 3), () => setImmediate(next, at + 3));
      };
      next(0);
    });
    assert.equal((await hear(providerFor(server.url))).text, 'größer 🦉');
  });

  it('503 "Loading model" is loading', async () => {
    const error = { message: 'Loading model', type: 'unavailable_error', code: 503 };
    await using server = await serve(json(503, { error }));
    assert.equal(failureOf(await hear(providerFor(server.url))).kind, 'loading');
  });

  for (const status of [502, 503, 504]) {
    it(`${status} holds the thought as unavailable, and as loading where it says so`, async () => {
      await using away = await serve(json(status, { error: { message: 'upstream is away' } }));
      const failure = failureOf(await hear(providerFor(away.url)));
      assert.equal(failure.kind, 'unavailable');
      assert.match(failure.message, /does not answer at .* \(upstream is away\)/);
      await using loading = await serve(json(status, { error: { message: 'the model is still loading' } }));
      assert.equal(failureOf(await hear(providerFor(loading.url))).kind, 'loading');
    });
  }

  it('503 with Retry-After is overloaded until then', async () => {
    await using server = await serve(json(503, { error: 'busy' }, { 'retry-after': '7' }));
    const failure = failureOf(await hear(providerFor(server.url)));
    assert.deepEqual([failure.kind, failure.retryAfterMs], ['overloaded', 7_000]);
  });

  it('a wrong key in a 200 is a wrong key', async () => {
    await using server = await serve(json(200, { error: { message: 'Invalid API Key', code: 401 } }));
    assert.match(failureOf(await hear(providerFor(server.url))).message, /set its api_key/);
  });

  it('a refused connection is unavailable and says where and what to do', async () => {
    let url: string;
    {
      await using server = await serve(stream());
      url = server.url;
    }
    const failure = failureOf(await hear(providerFor(url)));
    assert.equal(failure.kind, 'unavailable');
    assert.match(failure.message, /127\.0\.0\.1:\d+ \(connection refused\): start the server in LM Studio/);
  });

  it('a kept connection that turns out dead is retried once on a new one (lmstudio-bug-tracker #945)', async () => {
    await using server = await serve((asked, response) => {
      if (asked.number === 2) asked.request.socket.resetAndDestroy();
      else stream(words('again'), stopped(), DONE)(asked, response);
    });
    const provider = providerFor(server.url);
    await hear(provider);
    const heard = await hear(provider);
    assert.equal(heard.text, 'again');
    assert.deepEqual([server.asked.length, server.sockets], [3, 2]);
  });

  it('is retried on a new connection even when another kept one waits, since that one will be dead too', async () => {
    const warm = new Set<unknown>();
    const waiting: (() => void)[] = [];
    await using server = await serve((asked, response) => {
      const answer = () => stream(words('fresh'), stopped(), DONE)(asked, response);
      const { socket } = asked.request;
      if (asked.number > 2) return warm.has(socket) ? void socket.resetAndDestroy() : answer();
      warm.add(socket);
      waiting.push(answer);
      if (waiting.length === 2) for (const both of waiting) both();
    });
    const provider = providerFor(server.url);
    await Promise.all([hear(provider), hear(provider)]);
    assert.equal((await hear(provider)).text, 'fresh');
    assert.deepEqual([server.asked.length, server.sockets], [4, 3]);
  });

  it('a server that always resets before answering is unavailable after two tries', async () => {
    await using server = await serve((asked) => void asked.request.socket.resetAndDestroy());
    const failure = failureOf(await hear(providerFor(server.url)));
    assert.equal(failure.kind, 'unavailable');
    assert.equal(server.asked.length, 2);
  });

  for (const status of [429, 529]) {
    it(`${status} is overloaded and honours Retry-After in seconds`, async () => {
      await using server = await serve(
        json(status, { error: { message: 'slow down' } }, { 'retry-after': '7' }),
      );
      const failure = failureOf(await hear(providerFor(server.url)));
      assert.deepEqual([failure.kind, failure.retryAfterMs], ['overloaded', 7_000]);
    });
  }

  it('a spend limit is refused rather than waited for', async () => {
    await using server = await serve(
      json(429, { error: { message: 'no more', code: 'insufficient_quota' } }),
    );
    assert.equal(failureOf(await hear(providerFor(server.url))).kind, 'refused');
  });

  it('a wrong key holds the thought and says what to set', async () => {
    await using server = await serve(json(401, { error: { message: 'Invalid API Key', code: 401 } }));
    const failure = failureOf(await hear(providerFor(server.url)));
    assert.equal(failure.kind, 'unavailable');
    assert.match(failure.message, /Invalid API Key.*set its api_key/);
  });

  it('other 4xx are refused, other 5xx are server errors', async () => {
    await using refusing = await serve(json(422, { detail: 'no such field' }));
    await using failing = await serve(json(500, { object: 'error', message: 'kernel panic' }));
    const refused = failureOf(await hear(providerFor(refusing.url)));
    assert.deepEqual(refused, { kind: 'refused', message: 'no such field' });
    const failed = failureOf(await hear(providerFor(failing.url)));
    assert.deepEqual(failed, { kind: 'server-error', message: 'kernel panic' });
  });

  it('an endless answer is ended at 4 MiB', async () => {
    let closed: () => void;
    const hungUp = new Promise<void>((resolve) => {
      closed = resolve;
    });
    await using server = await serve((_asked, response) => {
      response.on('close', () => closed());
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const part = `data: ${JSON.stringify(words('x'.repeat(60_000)))}\n\n`;
      const more = () => void (response.destroyed || response.write(part, more));
      more();
    });
    assert.equal(failureOf(await hear(providerFor(server.url))).kind, 'bad-answer');
    await hungUp;
  });
});

describe('a failure message', () => {
  const prompt = 'Dear diary, today the vault code became 4711 and nobody must know.';

  it('has at most 300 characters of what the server said', async () => {
    await using server = await serve(json(400, { error: 'no '.repeat(1000) }));
    assert.ok(failureOf(await hear(providerFor(server.url))).message.length <= 300);
  });

  for (const [how, body] of [
    ['as it was', { error: `cannot parse: ${prompt}` }],
    [
      'inside a request that it echoes',
      { error: { detail: { messages: [{ role: 'user', content: prompt }] } } },
    ],
    ['wrapped over lines', { error: prompt.replaceAll(' ', '\n') }],
  ] as const) {
    it(`never holds the prompt, echoed ${how}`, async () => {
      await using server = await serve(json(400, body));
      const { message } = failureOf(await hear(providerFor(server.url), { prompt }));
      assert.doesNotMatch(message, /4711|diary/);
    });
  }

  it('never holds the API key', async () => {
    await using server = await serve(json(400, { error: 'the key sk-not-for-logs is not good enough' }));
    const { message } = failureOf(await hear(providerFor(server.url)));
    assert.equal(message, 'the key [api_key] is not good enough');
  });
});
