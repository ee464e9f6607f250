/** Somebody with an account at a provider. */
export interface Person {
  /** Digits: GitHub has numbers; the others' ids are made of it. */
  readonly id: string;
  /** GitHub's login, and the label of the button on the consent page. */
  readonly login: string;
  readonly name: string;
  readonly email: string | null;
  /** Feishu: whether it is the mailbox of the organisation. */
  readonly emailVerified: boolean;
  /** Feishu: the `tenant_key` of his organisation, in place of a usual one. */
  readonly tenant?: string;
}
