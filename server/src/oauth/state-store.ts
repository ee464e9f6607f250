import type { OauthProvider } from '@ccs/dto';
import type { FlowPurpose, Flows } from './flows.js';
import { ownRequest } from './oauth-request.js';

type Stored = (error: Error | null, state?: string) => void;
type Verified = (error: Error | null, context: unknown, appState?: unknown) => void;

/**
 * In the place of the session that Passport's strategies keep their state in. They look at how many parameters the
 * methods have: with five and three, `store` is given the PKCE verifier (passport-oauth2) or the nonce
 * (passport-openidconnect) as `context`, and `verify` gives it back.
 */
export class StateStore {
  constructor(
    private readonly provider: OauthProvider,
    private readonly flows: Flows,
  ) {}

  store(request: object, context: unknown, appState: unknown, _meta: unknown, done: Stored): void {
    // What `Passport.begin` gave as `state`.
    const purpose = appState as FlowPurpose;
    const { state, cookie } = this.flows.begin(this.provider, { ...purpose, context });
    ownRequest(request).cookie = cookie;
    done(null, state);
  }

  /** The state was verified before Passport was asked. */
  verify(request: object, _state: string, done: Verified): void {
    const { flow } = ownRequest(request);
    if (flow === null) done(null, false, { message: 'no flow' });
    else done(null, flow.context, { next: flow.next });
  }
}
