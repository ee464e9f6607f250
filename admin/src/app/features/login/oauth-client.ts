import { httpResource } from '@angular/common/http';
import { Service } from '@angular/core';
import type { OauthProviderList } from '@ccs/dto';

/** Who else can vouch for a user. */
@Service()
export class OauthClient {
  /** Call in an injection context. */
  providers() {
    return httpResource<OauthProviderList>(() => '/oauth/providers');
  }
}
