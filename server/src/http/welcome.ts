import type { Secret } from '../config/secret.js';
import type { RoutableProvider } from '../routing/routable-provider.js';

/** What the first start made; shown once, never logged. */
interface FirstStart {
  readonly email: string;
  readonly oneTimePassword: Secret | null;
  readonly apiKey: Secret | null;
}

/** What a person at the terminal needs now: where the portal is, how to sign in, the two lines for Claude Code. */
export function welcome(
  url: string,
  first: FirstStart | null,
  providers: readonly RoutableProvider[],
): string {
  const lines = ['', `CC Switch is running: ${url}`, ''];
  if (first !== null) {
    if (first.oneTimePassword === null) {
      lines.push(`  Administrator      ${first.email}, with the password of ADMIN_PASSWORD`, '');
    } else {
      lines.push('  First start. Shown once:');
      lines.push(`  Administrator      ${first.email}`);
      lines.push(
        `  One-time password  ${first.oneTimePassword.reveal()}   (choose your own when you sign in)`,
      );
      if (first.apiKey !== null) lines.push(`  API key            ${first.apiKey.reveal()}`);
      lines.push('');
    }
  }
  lines.push('  Claude Code:');
  lines.push(`  export ANTHROPIC_BASE_URL=${url}`);
  lines.push(`  export ANTHROPIC_AUTH_TOKEN=${first?.apiKey?.reveal() ?? '<a key from the portal>'}`);
  lines.push('', ...providerLines(providers), '');
  return `${lines.join('\n')}\n`;
}

function providerLines(providers: readonly RoutableProvider[]): string[] {
  if (providers.some((provider) => provider.enabled)) return [];
  return [
    '  No provider can be used yet, calls will be answered with 404:',
    ...providers.map((provider) => `    ${provider.name}: ${provider.disabledReason ?? 'disabled'}`),
    '  Set a provider’s key in the environment, or enable the simulator in provider.json and run `npm run simulator`.',
  ];
}
