import { Injectable, type PipeTransform } from '@nestjs/common';
import { OAUTH_PROVIDERS, type OauthProvider } from '@ccs/dto';
import { NotFoundError } from '../errors/caller-errors.js';

/** The provider in a path. Throws `NotFoundError`. */
@Injectable()
export class ProviderPipe implements PipeTransform<string, OauthProvider> {
  transform(value: string): OauthProvider {
    const provider = OAUTH_PROVIDERS.find((known) => known === value);
    if (provider === undefined) throw new NotFoundError(`Nobody can sign in by '${value.slice(0, 40)}'`);
    return provider;
  }
}
