import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeEvents, SseParser, type MessagesRequest } from '@ccs/wire';
import { PassThroughStream } from '../../server/src/converters/anthropic-anthropic/pass-through-stream.js';
import { rewriteRequest } from '../../server/src/converters/anthropic-anthropic/rewrite-request.js';
import type { AnswerContext } from '../../server/src/converters/anthropic-openai/answer-context.js';
import type { ConversionTarget } from '../../server/src/converters/anthropic-openai/conversion.js';
import { convertRequest } from '../../server/src/converters/anthropic-openai/convert-request.js';
import { OpenAiToAnthropicStream } from '../../server/src/converters/anthropic-openai/openai-to-anthropic-stream.js';
import { resolveProfile } from '../../server/src/converters/anthropic-openai/resolve-profile.js';
import { stringifyJson } from '../../server/src/converters/stringify-json.js';
import { randomIds, sha256Hex } from '../../server/src/messages/handlers/conversion-sources.js';
import { median, percentile } from './load.js';
import { printTable, root, writeResults } from './report.js';
import { anthropicReads, FRAMES, openaiReads, type StreamKind } from './sample-streams.js';

/** One thing to do; what it returns is summed up, so that nothing is optimised away. */
interface Verb {
  readonly name: string;
  readonly frames?: number;
  readonly run: (round: number) => number;
}

interface Row {
  readonly verb: string;
  readonly runs: number;
  readonly medianMicros: number;
  readonly p99Micros: number;
  /** Of the whole process, the collector's threads included; the median is what a call waits for. */
  readonly cpuMicros: number;
  readonly perFrameMicros: number | null;
}

const WARM_UP_MS = 1500;
/** Parsed again and again, so that no cache of an object's own is warm for all runs. */
const COPIES = 16;

/**
 * What conversion costs by itself, without a network: the request that Claude Code sends, and streams of 60
 * frames in 6 reads. Parsing and encoding the same body stand beside it, for scale.
 */
export async function benchConversion(durationMs: number): Promise<void> {
  const bytes = await readFile(join(root, 'bench/fixtures/bench-body-default.json'));
  const rows = [...requestVerbs(bytes), ...streamVerbs()].map((verb) => measure(verb, durationMs));
  printTable(
    ['verb', 'runs', 'median µs', 'p99 µs', 'CPU µs', 'µs per frame'],
    rows.map((row) => [
      row.verb,
      String(row.runs),
      row.medianMicros.toFixed(1),
      row.p99Micros.toFixed(1),
      row.cpuMicros.toFixed(1),
      row.perFrameMicros?.toFixed(2) ?? '',
    ]),
    1,
  );
  await writeResults({ part: 'conversion', durationMs, bodyBytes: bytes.length, frames: FRAMES }, rows);
}

function requestVerbs(bytes: Buffer): Verb[] {
  const text = bytes.toString();
  // The fixture is a valid request.
  const parse = (): MessagesRequest => JSON.parse(text) as MessagesRequest;
  const copies = Array.from({ length: COPIES }, parse);
  const copy = (round: number): MessagesRequest => copies[round % COPIES] ?? parse();
  const target = (preset: string | null): ConversionTarget => ({
    model: 'up-model',
    profile: resolveProfile({ preset }),
  });
  const plain = target(null);
  const openai = target('openai');
  const convert = (round: number, to: ConversionTarget): string =>
    stringifyJson(convertRequest(copy(round), to, sha256Hex).body);
  return [
    { name: 'request: JSON.parse (scale)', run: () => parse().messages.length },
    { name: 'request: JSON.stringify (scale)', run: (n) => JSON.stringify(copy(n)).length },
    {
      name: 'request: convertRequest',
      run: (n) => convertRequest(copy(n), plain, sha256Hex).body.messages.length,
    },
    { name: 'request: convertRequest + stringifyJson', run: (n) => convert(n, plain).length },
    { name: 'request: the same, preset openai', run: (n) => convert(n, openai).length },
    { name: 'request: rewriteRequest', run: (n) => rewriteRequest(bytes, copy(n), plain).body.length },
  ];
}

function streamVerbs(): Verb[] {
  const context = answerContext();
  const kinds: readonly StreamKind[] = ['text', 'reasoning', 'tool arguments'];
  const passed = anthropicReads();
  return [
    ...kinds.map((kind) => {
      const reads = openaiReads(kind);
      return { name: `stream: ${kind}`, frames: FRAMES, run: () => convertStream(reads, context) };
    }),
    { name: 'stream: passed through', frames: FRAMES, run: () => passStream(passed) },
  ];
}

/** As for a request that declares the one tool which the sample streams call. */
function answerContext(): AnswerContext {
  const request: MessagesRequest = {
    model: 'claude-sonnet-5',
    max_tokens: 1024,
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [{ name: 'get_weather', input_schema: { type: 'object' } }],
  };
  const target = { model: 'up-model', profile: resolveProfile({}) };
  return {
    conversion: convertRequest(request, target, sha256Hex),
    ids: randomIds,
    inputTokensEstimate: 12_000,
    providerName: 'bench',
  };
}

function convertStream(reads: readonly Buffer[], context: AnswerContext): number {
  const parser = new SseParser();
  const converter = new OpenAiToAnthropicStream(context);
  let length = 0;
  for (const bytes of reads) {
    const events = parser.push(bytes).flatMap((event) => converter.push(event));
    length += encodeEvents(events).length;
  }
  return length + encodeEvents(converter.end('eof')).length;
}

function passStream(reads: readonly Buffer[]): number {
  const stream = new PassThroughStream('claude-sonnet-5');
  let length = 0;
  for (const bytes of reads) length += stream.push(bytes).length;
  return length + stream.end('eof').length;
}

function measure({ name, frames, run }: Verb, durationMs: number): Row {
  let sum = 0;
  const until = (endMs: number, samples: number[]): void => {
    for (let round = 0; performance.now() < endMs; round++) {
      const before = performance.now();
      sum += run(round);
      samples.push((performance.now() - before) * 1000);
    }
  };
  until(performance.now() + WARM_UP_MS, []);
  const samples: number[] = [];
  const cpuBefore = process.cpuUsage();
  until(performance.now() + durationMs, samples);
  const cpu = process.cpuUsage(cpuBefore);
  if (sum === 0) throw new Error(`${name} did nothing`);
  const medianMicros = median(samples);
  return {
    verb: name,
    runs: samples.length,
    medianMicros,
    p99Micros: percentile(samples, 0.99),
    cpuMicros: (cpu.user + cpu.system) / samples.length,
    perFrameMicros: frames === undefined ? null : medianMicros / frames,
  };
}
