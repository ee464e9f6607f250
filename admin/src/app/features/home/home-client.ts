import { HttpClient, httpResource } from '@angular/common/http';
import { Service, inject } from '@angular/core';
import type { ApiKeyView, CreatedApiKey, Page, PublicProvider } from '@ccs/dto';
import type { MessageStreamEvent } from '@ccs/wire';
import { firstValueFrom } from 'rxjs';
import { serverSentEvents } from '../../core/server-sent-events';
import { SessionFetch } from '../../core/session/session-fetch';

/** A test call that began to answer. */
export interface OpenedMessage {
  readonly provider: string | null;
  readonly model: string | null;
  readonly events: AsyncIterable<MessageStreamEvent>;
}

/** The gateway refused the test call, before or while it answered; its message is already in words. */
export class MessageRefused extends Error {
  constructor(
    message: string,
    readonly requestId: string | null,
  ) {
    super(message);
    this.name = 'MessageRefused';
  }
}

const TEST_MAX_TOKENS = 1024;

@Service()
export class HomeClient {
  private readonly http = inject(HttpClient);
  private readonly sessionFetch = inject(SessionFetch);

  /** Call in an injection context. */
  providers() {
    return httpResource<readonly PublicProvider[]>(() => '/api/providers/public');
  }

  /** The newest of the keys one may see. Call in an injection context. */
  newestKey() {
    return httpResource<Page<ApiKeyView>>(() => '/api/api-keys?limit=1');
  }

  /** The answer holds the key itself, which the server will not tell again. */
  makeKey(name: string): Promise<CreatedApiKey> {
    return firstValueFrom(this.http.post<CreatedApiKey>('/api/api-keys', { name }));
  }

  /** Sends one message through the gateway as Claude Code would. Throws `MessageRefused`; aborts by `signal`. */
  async openMessage(text: string, model: string, signal: AbortSignal): Promise<OpenedMessage> {
    const body = {
      model,
      max_tokens: TEST_MAX_TOKENS,
      messages: [{ role: 'user', content: text }],
      stream: true,
    };
    const response = await this.sessionFetch.post('/v1/messages', body, signal);
    if (!response.ok || response.body === null) throw await refusal(response);
    return {
      provider: response.headers.get('x-ccs-provider'),
      model: response.headers.get('x-ccs-model'),
      events: messageEvents(response.body),
    };
  }
}

async function* messageEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<MessageStreamEvent> {
  for await (const { data } of serverSentEvents(body)) {
    // The gateway's own stream: its events are what the type says.
    yield JSON.parse(data) as MessageStreamEvent;
  }
}

async function refusal(response: Response): Promise<MessageRefused> {
  const requestId = response.headers.get('x-ccs-request-id') ?? response.headers.get('request-id');
  const body: unknown = await response.json().catch(() => null);
  const error: unknown = typeof body === 'object' && body !== null && 'error' in body ? body.error : null;
  const message =
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
      ? error.message
      : `${response.status} ${response.statusText}`.trim();
  return new MessageRefused(message, requestId);
}
