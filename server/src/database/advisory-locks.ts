/**
 * Keys of PostgreSQL advisory locks, one place so that no two meet. Only processes of this product on the same
 * database compete for them.
 */
export const ADVISORY_LOCKS = {
  migrations: 7_240_001,
  firstStart: 7_240_002,
  providerFile: 7_240_003,
  audit: 7_240_004,
  administrators: 7_240_005,
} as const;
