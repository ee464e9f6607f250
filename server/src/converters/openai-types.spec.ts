import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { profileOf } from '../../test/support/answer-context.js';
import { sha256Hex } from '../../test/support/conversions.js';
import { loadVectors } from '../../test/vectors/load-vectors.js';
import { GatewayError } from '../errors/gateway-error.js';
import { convertRequest } from './anthropic-openai/convert-request.js';
import { PRESETS } from './anthropic-openai/presets.js';
import { validateMessagesRequest } from './anthropic-openai/validate-request.js';
import { stringifyJson } from './stringify-json.js';

const ROOT = new URL('../../../', import.meta.url);
/** Where the program is thought to lie, so that `openai` resolves; the file is never written. */
const PROGRAM = fileURLToPath(new URL('server/src/converters/openai-values.ts', ROOT));
const COMPILER_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  strict: true,
  skipLibCheck: true,
  noEmit: true,
  types: ['node'],
};

/** What a profile may add for a provider other than OpenAI, in the body, a message, a part or a call. */
const EXTENSIONS: ReadonlySet<string> = new Set([
  'top_k',
  'enable_thinking',
  'thinking_budget',
  'thinking',
  'chat_template_kwargs',
  'reasoning',
  'continue_final_message',
  'add_generation_prompt',
  'reasoning_content',
  'reasoning_details',
  'prefix',
  'partial',
  'cache_control',
  'extra_content',
]);

type Json = Record<string, unknown>;

interface Sent {
  readonly name: string;
  readonly json: string;
}

function convertBody(request: unknown, options: object): Json | null {
  try {
    const target = { model: 'gpt-5.2', profile: profileOf(options) };
    return convertRequest(validateMessagesRequest(request), target, sha256Hex).body;
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
}

/** A copy without the extensions; schemas and the like are the client's own and stay as they are. */
function withoutExtensions(body: Json, extraKeys: readonly string[]): unknown {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !EXTENSIONS.has(key))
        .map(([key, inner]) => [key, key === 'function' ? inner : strip(inner)]),
    );
  };
  const messages = (body['messages'] as Json[]).map((message) => strip(withTextOnly(message)));
  const rest = Object.entries(body).filter(([key]) => !EXTENSIONS.has(key) && !extraKeys.includes(key));
  return { ...Object.fromEntries(rest), messages };
}

/** OpenAI itself takes no images in tool messages; `tool_result_images: tool` is for providers that do. */
function withTextOnly(message: Json): Json {
  const { role, content } = message;
  if (role !== 'tool' || !Array.isArray(content)) return message;
  return { ...message, content: content.filter((part: { type: string }) => part.type === 'text') };
}

function vectorBodies(): Sent[] {
  return loadVectors('request').flatMap((vector) => {
    const options = (vector['options'] ?? {}) as { extra_body?: object };
    const own = convertBody(vector['request'], options);
    const openai = convertBody(vector['request'], PRESETS.openai.profile);
    return [
      own && {
        name: `${vector.id}, its own profile`,
        json: stringifyJson(withoutExtensions(own, Object.keys(options.extra_body ?? {}))),
      },
      openai && { name: `${vector.id}, preset openai`, json: stringifyJson(openai) },
    ].filter((body) => body !== null);
  });
}

function claudeCodeBody(): Sent {
  const text = readFileSync(new URL('bench/fixtures/bench-body-default.json', ROOT), 'utf8');
  return {
    name: 'Claude Code, preset openai',
    json: stringifyJson(convertBody(JSON.parse(text), PRESETS.openai.profile)),
  };
}

/** Complaints of the compiler about each value as a `ChatCompletionCreateParams`, one program for all. */
function typeErrors(values: readonly Sent[]): Map<string, string> {
  const lines = [
    `import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';`,
    ...values.map(({ json }, index) => `export const x${index}: ChatCompletionCreateParams = ${json};`),
  ];
  const host = ts.createCompilerHost(COMPILER_OPTIONS);
  const source = ts.createSourceFile(PROGRAM, lines.join('\n'), ts.ScriptTarget.ES2023);
  const onDisk = ts.createCompilerHost(COMPILER_OPTIONS);
  host.getSourceFile = (name, ...rest) => (name === PROGRAM ? source : onDisk.getSourceFile(name, ...rest));
  host.fileExists = (name) => name === PROGRAM || onDisk.fileExists(name);
  const program = ts.createProgram([PROGRAM], COMPILER_OPTIONS, host);
  const diagnostics = [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
    ...program.getGlobalDiagnostics(),
  ];
  return new Map(
    diagnostics.map(({ start = 0, messageText }) => {
      const line = source.getLineAndCharacterOfPosition(start).line;
      return [values[line - 1]?.name ?? `line ${line}`, ts.flattenDiagnosticMessageText(messageText, '\n')];
    }),
  );
}

describe("the openai package's ChatCompletionCreateParams", () => {
  const sent = [...vectorBodies(), claudeCodeBody()];
  const wrong: readonly Sent[] = [
    { name: 'a choice of another dialect', json: '{"model":"m","messages":[],"tool_choice":"any"}' },
    { name: 'a field nobody knows', json: '{"model":"m","messages":[],"top_k":1}' },
    { name: 'a call without an id', json: '{"model":"m","messages":[{"role":"tool","content":"x"}]}' },
  ];
  let errors = new Map<string, string>();
  beforeAll(() => {
    errors = typeErrors([...sent, ...wrong]);
  }, 60_000);

  it('accepts every converted request', () => {
    expect(sent.length).toBeGreaterThan(100);
    const refused = [...errors].filter(([name]) => !wrong.some((each) => each.name === name));
    expect(refused).toEqual([]);
  });

  it.each(wrong.map(({ name }) => name))('refuses %s: the check can fail', (name) => {
    expect(errors.get(name)).toBeDefined();
  });
});
