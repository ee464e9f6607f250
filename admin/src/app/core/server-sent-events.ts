import { SseParser, type SseEvent } from '@ccs/wire';

/** The events of an answer as they arrive. Stopping to read cancels the answer. */
export async function* serverSentEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<SseEvent> {
  const parser = new SseParser();
  const reader = body.getReader();
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      yield* parser.push(read.value);
    }
    yield* parser.end();
  } finally {
    await reader.cancel();
  }
}
