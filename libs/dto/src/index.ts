export * from './api-keys.js';
export * from './auth.js';
export * from './limits.js';
export * from './optional-field.js';
export * from './paging.js';
export * from './permissions.js';
export * from './providers.js';
export * from './query-values.js';
