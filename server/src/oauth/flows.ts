import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { OauthProvider } from '@ccs/dto';
import { SealedCookies } from './sealed-cookies.js';
import { UsedStates } from './used-states.repository.js';

/** Who asked for a link, while signed in. */
export interface LinkProof {
  readonly userId: number;
  readonly sessionId: number;
}

/** What a sign-in is for. */
export interface FlowPurpose {
  /** A path of the portal, made by `nextPath`. */
  readonly next: string;
  /** Null: to sign in. */
  readonly link: LinkProof | null;
}

/** One way to a provider and back. */
export interface Flow extends FlowPurpose {
  /** What Passport's strategy wants to have again: the PKCE verifier, or an object with it. */
  readonly context: unknown;
}

/** People look for their second factor; nobody looks for ten minutes. */
const LIFETIME_SECONDS = 600;
const HANDLE_BYTES = 32;

/**
 * Binds a sign-in to the browser that began it (RFC 9700, section 4.7): what is needed on the way back travels in a
 * cookie of its own for each flow, so that two tabs do not disturb one another; `state` is the cookie's name, and is
 * good once.
 */
@Injectable()
export class Flows {
  constructor(
    private readonly cookies: SealedCookies,
    private readonly used: UsedStates,
  ) {}

  /** @returns `state` for the provider, and a `Set-Cookie` value */
  begin(provider: OauthProvider, flow: Flow): { readonly state: string; readonly cookie: string } {
    const state = randomBytes(HANDLE_BYTES).toString('base64url');
    const cookie = this.cookies.write(purposeOf(provider, state), flow, {
      maxAgeSeconds: LIFETIME_SECONDS,
      sameSite: 'Lax',
    });
    return { state, cookie };
  }

  /** `Set-Cookie` values that end all but the newest of a browser's. */
  endOldest(cookieHeader: string | undefined): readonly string[] {
    return this.cookies.clearSurplus(cookieHeader);
  }

  /** Null: no flow of this browser with this provider, too old, or taken before. */
  async take(provider: OauthProvider, state: string, cookieHeader: string | undefined): Promise<Flow | null> {
    const flow = this.cookies.read(purposeOf(provider, state), cookieHeader);
    if (flow === null || !(await this.used.use(state, LIFETIME_SECONDS))) return null;
    // As `begin` was given it: nobody else can seal one.
    return flow as Flow;
  }

  /** A `Set-Cookie` value. */
  end(provider: OauthProvider, state: string): string {
    return this.cookies.clear(purposeOf(provider, state));
  }
}

function purposeOf(provider: OauthProvider, state: string): string {
  return `flow ${provider} ${state}`;
}
