import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FileObservation, FilesBatch } from '../../../src/contract/event.ts';
import { createSender } from '../../../src/senses/files/sender.ts';

function observation(change: FileObservation['change'], path = 'a'): FileObservation {
  return { path, change, stat: null, hash: null, binary: false, growing: false, observedAt: 0 };
}

function sending() {
  const sent: FilesBatch[] = [];
  const sender = createSender((batch) => sent.push(batch));
  return { sent, sender, shape: () => sent.map((batch) => `${batch.root}${batch.observations.length}`) };
}

describe('the sender of batches', () => {
  it('has one batch in flight, over all roots, and gathers meanwhile', () => {
    const { sender, shape } = sending();
    const [a, b] = [sender.lane('a'), sender.lane('b')];
    for (const lane of [a, b, a, a, b]) {
      lane.put(observation('added'));
      lane.flush();
    }
    assert.deepEqual(shape(), ['a1']);
    sender.accepted();
    assert.deepEqual(shape(), ['a1', 'b2']);
    sender.accepted();
    assert.deepEqual(shape(), ['a1', 'b2', 'a2']);
    sender.accepted();
    assert.equal(shape().length, 3);
  });

  it('sends 200 changes or 2,000 rows at most, and is full until there is room', async () => {
    const { sender, shape } = sending();
    const lane = sender.lane('a');
    for (let at = 0; at < 2000; at += 1) lane.put(observation(at % 2 ? 'existing' : 'unchanged'));
    assert.deepEqual(shape(), ['a2000']);
    for (let at = 0; at < 200; at += 1) lane.put(observation('modified'));
    assert.equal(lane.full, true);
    const room = lane.room();
    sender.accepted();
    await room;
    assert.deepEqual(shape(), ['a2000', 'a200']);
    assert.equal(lane.full, false);
  });

  it('ends a baseline with a marked batch, even an empty one', () => {
    const { sender, sent } = sending();
    const lane = sender.lane('a');
    lane.put(observation('existing'));
    lane.finishBaseline();
    sender.lane('b').finishBaseline();
    sender.accepted();
    assert.deepEqual(
      sent.map((batch) => [batch.root, batch.observations.length, batch.baselined]),
      [
        ['a', 1, true],
        ['b', 0, true],
      ],
    );
  });

  it('lets go of who waits for room when a lane is closed', async () => {
    const { sender } = sending();
    const lane = sender.lane('a');
    for (let at = 0; at < 400; at += 1) lane.put(observation('added'));
    const room = lane.room();
    lane.close();
    await room;
    sender.accepted();
  });
});
