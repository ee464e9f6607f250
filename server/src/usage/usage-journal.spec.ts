import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { adoptDirectories, claimDirectory, type InstanceDirectory } from './internal/instance-directory.js';
import { interruptedRecord } from './internal/interrupted-record.js';
import { SYSTEM_FILES } from './internal/journal-files.js';
import { readSegment } from './internal/journal-lines.js';
import { Journal } from './internal/journal.js';
import { recoverInstance } from './internal/recover-instance.js';
import type { Segment } from './internal/segment.js';
import { OpenCall, type CallEnding } from './open-call.js';
import { PriceTable } from './price-table.js';
import { NO_TOKENS } from './token-counts.js';
import { eventually } from '../../test/support/eventually.js';
import { callRecord } from '../../test/support/usage-records.js';

const TARGET = { provider: { name: 'sim', dialect: 'openai' }, model: 'm', tier: 'big' };
const PRICES = new PriceTable([
  {
    provider: 'sim',
    model: 'm',
    source: 'set',
    validFromMs: 0,
    input: 1e9,
    output: 2e9,
    cacheRead: null,
    cacheWrite: null,
  },
]);
const ENDING: CallEnding = {
  target: TARGET,
  status: 'success',
  httpStatus: 200,
  errorCode: null,
  usage: { input_tokens: 10, output_tokens: 5 },
  firstEventAt: 20,
  endedAt: 100,
  losses: [],
  candidates: [],
  trace: [],
};

describe('the journal of a process', () => {
  let root: string;
  let claimed: InstanceDirectory[];

  beforeEach(async () => {
    root = join(await mkdtemp(join(tmpdir(), 'ccs-journal-')), 'journal');
    claimed = [];
  });
  afterEach(async () => {
    await Promise.all(claimed.map((one) => one.release().catch(() => undefined)));
    await rm(root, { recursive: true, force: true });
  });

  const claim = async (): Promise<InstanceDirectory> => {
    const one = await claimDirectory(root);
    claimed.push(one);
    return one;
  };
  const journalIn = (directory: InstanceDirectory, closed: Segment[] = []): Journal =>
    new Journal({
      directory: directory.path,
      instance: directory.instance,
      sync: 'grouped',
      files: SYSTEM_FILES,
      now: Date.now,
      onClosed: (segment) => closed.push(segment),
      onTrouble: () => undefined,
    });
  const openCall = (journal: Journal): { call: OpenCall; id: string } => {
    const { requestId } = callRecord();
    const opening = {
      requestId,
      userId: 1,
      keyId: 2,
      requestedModel: 'm',
      stream: true,
      sessionId: null,
      client: null,
    };
    return { call: new OpenCall(opening, 0, journal, { current: () => PRICES }), id: requestId };
  };
  const recovered = async (own: InstanceDirectory) => {
    const adopted = await adoptDirectories(root, own);
    const segments = await Promise.all(
      adopted.map((one) => recoverInstance(one, (state) => interruptedRecord(state, PRICES))),
    );
    const contents = await Promise.all(
      segments.flat().map(async ({ path }) => readSegment(await readFile(path))),
    );
    return { segments: segments.flat(), records: contents.flatMap(({ finals }) => finals) };
  };

  it('is left alone while its process lives, and taken over when it is dead', async () => {
    const living = await claim();
    const dead = await claim();
    const own = await claim();
    await journalIn(living).close();
    await dead.release();
    const adopted = await adoptDirectories(root, own);
    expect(adopted.map(({ instance }) => instance)).toEqual([dead.instance]);
    expect((await readdir(root)).sort()).toEqual([living.instance, own.instance].sort());
  });

  it('is taken over by one of several that start at once', async () => {
    const dead = await claim();
    await writeFile(join(dead.path, '00000001.log'), '');
    await dead.release();
    const starting = await Promise.all([claim(), claim(), claim()]);
    const adopted = await Promise.all(starting.map((own) => adoptDirectories(root, own)));
    expect(adopted.flat()).toHaveLength(1);
  });

  it('can be locked below a path that is too long for a socket', async () => {
    root = join(root, 'd'.repeat(120));
    const living = await claim();
    const own = await claim();
    expect(await adoptDirectories(root, own)).toEqual([]);
    await living.release();
    expect(await adoptDirectories(root, own)).toHaveLength(1);
  });

  it('makes an interrupted record of a call under way, from its last checkpoint, once', async () => {
    const dead = await claim();
    const journal = journalIn(dead);
    const finished = openCall(journal);
    void finished.call.dispatching(TARGET);
    void finished.call.finish(ENDING);
    const cut = openCall(journal);
    void cut.call.dispatching(TARGET);
    cut.call.progressed(30, { usage: { input_tokens: 10, output_tokens: 1 } });
    cut.call.progressed(100, { usage: { input_tokens: 10, output_tokens: 2 } });
    journal.flush();
    journal.rotate();
    cut.call.progressed(400, { usage: { input_tokens: 10, output_tokens: 3 } });
    const silent = openCall(journal);
    void silent.call.dispatching(TARGET);
    journal.flush();
    await dead.release();

    const own = await claim();
    const { records } = await recovered(own);
    expect(records).toHaveLength(3);
    const byId = new Map(records.map((record) => [record.requestId, record]));
    expect(byId.get(finished.id)).toMatchObject({ status: 'success', estimated: false, costNanoUsd: 20_000 });
    expect(byId.get(cut.id)).toMatchObject({
      status: 'interrupted',
      estimated: true,
      outputTokens: 3,
      firstEventMs: 30,
      durationMs: 400,
      costNanoUsd: 16_000,
      trace: [{ outcome: 'interrupted', endedMs: null }],
    });
    expect(byId.get(silent.id)).toMatchObject({ status: 'interrupted', outputTokens: 0, costNanoUsd: 0 });

    // The next one dies as well before it has shipped anything.
    await own.release();
    const again = await recovered(await claim());
    expect(again.records.map(({ requestId }) => requestId).sort()).toEqual([...byId.keys()].sort());
    expect(new Set(again.segments.map(({ id }) => id)).size).toBe(3);
  });

  it('holds the segment of a call under way, and only that', async () => {
    const closed: Segment[] = [];
    const journal = journalIn(await claim(), closed);
    const { call } = openCall(journal);
    await call.dispatching(TARGET);
    journal.rotate();
    expect(closed.map(({ openCalls }) => openCalls)).toEqual([1]);
    call.progressed(300, { usage: null });
    await eventually(() => expect(closed.map(({ openCalls }) => openCalls)).toEqual([0]));
    journal.rotate();
    expect(closed.map(({ openCalls }) => openCalls)).toEqual([0, 1]);
    void call.finish(ENDING);
    await journal.close();
    expect(closed.map(({ openCalls }) => openCalls)).toEqual([0, 0, 0]);
  });

  it('survives a directory that is half made, and one with strange files', async () => {
    await mkdir(join(root, '.new-x'), { recursive: true });
    const dead = await claim();
    await writeFile(join(dead.path, 'notes.txt'), 'x');
    await writeFile(join(dead.path, '00000001.log'), 'not a line');
    await dead.release();
    const { segments, records } = await recovered(await claim());
    expect([segments.length, records.length]).toEqual([1, 0]);
  });
});

describe('the lines of a call', () => {
  const lines: string[] = [];
  const appendSoon = (line: string): void => void lines.push(line.slice(9));
  const append = (line: string): Promise<void> => Promise.resolve(appendSoon(line));
  const taker = { append, appendSoon };
  beforeEach(() => void lines.splice(0));
  const open = () =>
    new OpenCall(
      {
        requestId: callRecord().requestId,
        userId: 1,
        keyId: null,
        requestedModel: 'm',
        stream: true,
        sessionId: null,
        client: null,
      },
      0,
      taker,
      { current: () => PRICES },
    );
  const last = () => JSON.parse((lines.at(-1) ?? '').slice(1)) as Record<string, unknown>;

  it('are an intent, checkpoints at most every 250 ms, and one record', () => {
    const call = open();
    void call.dispatching(TARGET);
    for (let now = 0; now <= 1_000; now += 10)
      call.progressed(now, { usage: { input_tokens: 1, output_tokens: now } });
    void call.finish(ENDING);
    void call.finish(ENDING);
    expect(lines.map((line) => line[0]).join('')).toBe('OOOOOOF');
  });

  it.each([
    [{ ...ENDING, usage: { input_tokens: 1, output_tokens: 1, estimated: true } }, true],
    [{ ...ENDING, status: 'client_gone' as const }, true],
    [{ ...ENDING, usage: { input_tokens: 3, output_tokens: -1 } }, true],
    [{ ...ENDING, status: 'error' as const, usage: null }, false],
    [ENDING, false],
  ])('say whether the usage is an estimate: %#', (ending, estimated) => {
    const call = open();
    void call.dispatching(TARGET);
    void call.finish(ending);
    expect(last()).toMatchObject({ estimated });
  });

  it('count every attempt of a call at the price of its own target', () => {
    const attempt = (model: string, outcome: string, outputTokens: number | null) => ({
      provider: 'sim',
      apiFormat: 'openai',
      model,
      tier: 'big',
      outcome,
      errorClass: null,
      errorCode: null,
      upstreamStatus: null,
      startedMs: 0,
      firstEventMs: 1,
      endedMs: 2,
      tokens: outputTokens === null ? null : { ...NO_TOKENS, inputTokens: 10, outputTokens },
      losses: [],
    });
    const call = open();
    void call.dispatching(TARGET);
    call.attemptEnded({ input_tokens: 10, output_tokens: 3 });
    void call.dispatching(TARGET);
    expect(last()).toMatchObject({ attempts: 2, tokens: { inputTokens: 10, outputTokens: 3 } });
    call.progressed(1, { usage: { input_tokens: 10, output_tokens: 1 } });
    expect(last()).toMatchObject({ tokens: { inputTokens: 20, outputTokens: 4 } });
    void call.finish({
      ...ENDING,
      trace: [attempt('m', 'failed', 3), attempt('x', 'failed', null), attempt('m', 'answered', 5)],
    });
    expect(last()).toMatchObject({ inputTokens: 20, outputTokens: 8, costNanoUsd: 36_000, estimated: true });
    void open().finish({ ...ENDING, trace: [attempt('x', 'empty', 3), attempt('m', 'answered', 5)] });
    expect(last()).toMatchObject({ outputTokens: 8, costNanoUsd: null, estimated: false });
  });

  it('cost nothing when refused, and an unknown sum without a price', () => {
    void open().finish({ ...ENDING, target: null, status: 'refused', usage: null });
    expect(last()).toMatchObject({ costNanoUsd: 0, provider: null, attempts: 0 });
    void open().finish({ ...ENDING, target: { ...TARGET, model: 'other' } });
    expect(last()).toMatchObject({ costNanoUsd: null });
  });
});
