import type { IncomingHttpHeaders } from 'node:http';
import { Controller, Get, Headers, Inject, Ip, Param, Post, Query, Redirect, Res } from '@nestjs/common';
import {
  OAUTH_PROVIDERS,
  type OauthProvider,
  type OauthProviderConfig,
  type OauthProviderList,
  type OauthProviderView,
} from '@ccs/dto';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/access.decorators.js';
import { signInContext } from '../auth/sign-in-context.js';
import { ENVIRONMENT, type Environment } from '../config/environment.js';
import { GoneError, NotFoundError } from '../errors/caller-errors.js';
import { OauthService, type Redirection } from './oauth.service.js';
import { ProviderPipe } from './provider.pipe.js';

/** Not a DTO: providers add parameters of their own, which must not be refused. */
type RawQuery = Readonly<Record<string, unknown>>;

const NAMES: Readonly<Record<Exclude<OauthProvider, 'oidc'>, string>> = {
  github: 'GitHub',
  google: 'Google',
  microsoft: 'Microsoft',
  feishu: 'Feishu',
};

@Controller('oauth')
@Public()
export class OauthController {
  constructor(
    private readonly oauth: OauthService,
    @Inject(ENVIRONMENT) private readonly environment: Environment,
  ) {}

  /** Those that are configured. */
  @Get('providers')
  providers(): OauthProviderList {
    return {
      providers: Object.fromEntries(
        OAUTH_PROVIDERS.flatMap((provider) => {
          const view = this.view(provider);
          return view === null ? [] : [[provider, view]];
        }),
      ),
    };
  }

  @Get(':provider/config')
  config(@Param('provider', ProviderPipe) provider: OauthProvider): OauthProviderConfig {
    const view = this.view(provider);
    if (view === null) throw new NotFoundError(`${provider} is not configured`);
    return { provider, ...view, scopes: this.environment.oauth[provider]?.scopes ?? [] };
  }

  @Get(':provider/login')
  @Redirect()
  async login(
    @Param('provider', ProviderPipe) provider: OauthProvider,
    @Query() query: RawQuery,
    @Headers() headers: IncomingHttpHeaders,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const { next, link } = texts(query, ['next', 'link']);
    return redirect(reply, await this.oauth.depart(provider, { next, link }, headers.cookie));
  }

  @Get(':provider/callback')
  @Redirect()
  async callback(
    @Param('provider', ProviderPipe) provider: OauthProvider,
    @Query() query: RawQuery,
    @Headers() headers: IncomingHttpHeaders,
    @Ip() address: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<object> {
    const known = texts(query, ['code', 'state', 'iss', 'error']);
    const context = signInContext(headers, address);
    return redirect(reply, await this.oauth.arrive(provider, known, headers.cookie, context));
  }

  @Post(':provider/callback')
  gone(): never {
    throw new GoneError(
      'Codes and ID tokens are no longer taken from a page: the provider sends the browser to GET on this path.',
    );
  }

  private view(provider: OauthProvider): OauthProviderView | null {
    const { oauth, publicUrl } = this.environment;
    if (oauth[provider] === null) return null;
    const name = provider === 'oidc' ? (oauth.oidc?.name ?? '') : NAMES[provider];
    return { enabled: true, authorization_url: `${publicUrl}/oauth/${provider}/login`, name };
  }
}

function redirect(reply: FastifyReply, { location, cookies }: Redirection): object {
  void reply.header('set-cookie', [...cookies]);
  return { url: location, statusCode: 302 };
}

/** Parameters that are one text each; one that comes twice is none. */
function texts<K extends string>(query: RawQuery, names: readonly K[]): { readonly [P in K]?: string } {
  return Object.fromEntries(
    names.flatMap((name) => (typeof query[name] === 'string' ? [[name, query[name]]] : [])),
  ) as { readonly [P in K]?: string };
}
