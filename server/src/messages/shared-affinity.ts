import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { SessionAffinity, StayNews } from '../routing/session-affinity.js';
import type { Hints } from '../shared-state/hints.js';

const FLUSH_MS = 100;
/** In one message; more of them within the interval are not told. */
const MAX_NEWS = 1_000;

/** Tells the other replicas which target answers a session, and takes in what they tell, off the way of calls. */
@Injectable()
export class SharedAffinity implements OnApplicationShutdown {
  readonly #news = new Map<string, StayNews>();
  readonly #timer: NodeJS.Timeout;

  /** @param now milliseconds of the clock that `affinity` is asked by */
  constructor(
    affinity: SessionAffinity,
    private readonly hints: Hints,
    now: () => number,
  ) {
    affinity.onNews = (news) => {
      if (this.#news.size < MAX_NEWS) this.#news.set(news.key, news);
    };
    hints.subscribe('affinity', (message) => {
      for (const news of parseNews(message)) affinity.learn(news, now());
    });
    this.#timer = setInterval(() => this.#flush(), FLUSH_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.#flush();
  }

  #flush(): void {
    if (this.#news.size === 0) return;
    const told = [...this.#news.values()].map(({ key, providerId, model }) => [key, providerId, model]);
    this.#news.clear();
    this.hints.send('affinity', JSON.stringify(told));
  }
}

/** What another version of the gateway may have written otherwise is left out. */
function parseNews(message: string): StayNews[] {
  try {
    const told: unknown = JSON.parse(message);
    return Array.isArray(told) ? told.flatMap(newsOf) : [];
  } catch {
    return [];
  }
}

function newsOf(entry: unknown): StayNews[] {
  if (!Array.isArray(entry)) return [];
  const [key, providerId, model] = entry as readonly unknown[];
  const isNews = typeof key === 'string' && typeof providerId === 'number' && typeof model === 'string';
  return isNews ? [{ key, providerId, model }] : [];
}
