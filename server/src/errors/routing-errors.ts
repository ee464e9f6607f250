import { GatewayError } from './gateway-error.js';

const list = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : names.slice(0, 40).join(', ') + (names.length > 40 ? ', …' : '');

export class UnknownModelError extends GatewayError {
  constructor(model: string, available: readonly string[]) {
    super(
      'unknown_model',
      `model: no provider serves '${model.slice(0, 200)}'. Available: ${list(available)}`,
    );
  }
}

export class UnknownProviderError extends GatewayError {
  constructor(name: string, available: readonly string[]) {
    super('unknown_provider', `No provider is named '${name.slice(0, 200)}'. Existing: ${list(available)}`);
  }
}

export class ProviderDisabledError extends GatewayError {
  constructor(name: string, reason: string | null) {
    super('provider_disabled', `Provider '${name}' is disabled${reason === null ? '' : `: ${reason}`}`);
  }
}

export class NoUsableProviderError extends GatewayError {
  constructor(details: readonly string[]) {
    super(
      'no_usable_provider',
      `CC Switch has no usable provider yet. Give one a credential in provider.json or in the portal and try again.` +
        (details.length === 0 ? '' : ` (${details.slice(0, 10).join('; ')})`),
    );
  }
}
