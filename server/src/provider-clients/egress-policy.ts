import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;

/** Services of clouds that hand out the machine's own credentials to whoever asks from it. */
const METADATA_ADDRESSES = new Set(
  [
    '169.254.169.254', // AWS, Azure, Google, Oracle, DigitalOcean, OpenStack
    '169.254.170.2', // AWS ECS, task credentials
    '169.254.170.23', // AWS EKS, pod identity
    '169.254.42.42', // Scaleway
    '100.100.100.200', // Alibaba
    '168.63.129.16', // Azure, host agent
    '192.0.0.192', // Oracle
    'fd00:ec2::254', // AWS
    'fd00:ec2::23', // AWS EKS, pod identity
    'fd00:42::42', // Scaleway
    'fd20:ce::254', // Google
  ].map((text) => ipaddr.parse(text).toNormalizedString()),
);

const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** Forms of IPv6 that stand for an IPv4 address: [prefix, length, where the four bytes are, whether they are inverted]. */
const EMBEDDED_IPV4: readonly (readonly [string, number, number, boolean])[] = [
  ['::', 96, 12, false], // IPv4-compatible
  ['::ffff:0:0', 96, 12, false], // IPv4-mapped
  ['::ffff:0:0:0', 96, 12, false], // IPv4-translated
  ['64:ff9b::', 96, 12, false], // NAT64
  ['64:ff9b:1::', 48, 12, false], // NAT64 with a local prefix
  ['2002::', 16, 2, false], // 6to4
  ['2001::', 32, 12, true], // Teredo
];

/**
 * Where calls to providers may go. Addresses of clouds' metadata services are never allowed, everything that is not on
 * the public internet only where the operator permits it.
 */
export class EgressPolicy {
  constructor(private readonly allowPrivate: boolean) {}

  /**
   * What the host of a URL tells without being resolved: a name that is known, or an address.
   *
   * @param hostname as `URL` has it, brackets of IPv6 or not
   * @returns why nothing may be sent there, as the end of a sentence; null: its addresses decide
   */
  refusalOfHost(hostname: string): string | null {
    const host = hostname.toLowerCase().replace(/^\[|\]$/g, '').replace(/\.$/, ''); // prettier-ignore
    if (METADATA_NAMES.has(host)) return `${host} is a metadata service, which no provider is`;
    if (ipaddr.isValid(host)) return this.refusalOfAddress(host);
    return !this.allowPrivate && (host === 'localhost' || host.endsWith('.localhost'))
      ? privateWords(host)
      : null;
  }

  /** @param text an address as a resolver gives it */
  refusalOfAddress(text: string): string | null {
    if (!ipaddr.isValid(text)) return `${text} is no address`;
    const forms = allForms(ipaddr.parse(text));
    if (forms.some((form) => METADATA_ADDRESSES.has(form.toNormalizedString()))) {
      return `${text} is the address of a metadata service, which no provider is`;
    }
    return this.allowPrivate || forms.every((form) => isPublic(form)) ? null : privateWords(text);
  }
}

const privateWords = (host: string): string =>
  `${host} is not on the public internet; ALLOW_PRIVATE_PROVIDERS=true permits that`;

/** The address itself, without a zone, and the IPv4 address that it stands for. */
function allForms(address: Address): readonly Address[] {
  if (!(address instanceof ipaddr.IPv6)) return [address];
  const plain = new ipaddr.IPv6([...address.parts]);
  const bytes = plain.toByteArray();
  const embedded = EMBEDDED_IPV4.filter(([prefix, length]) => plain.match(ipaddr.IPv6.parse(prefix), length))
    // `::` and `::1` are addresses of their own.
    .filter(() => bytes.slice(0, 15).some((byte) => byte !== 0))
    .map(([, , at, inverted]) => {
      const four = bytes.slice(at, at + 4).map((byte) => (inverted ? byte ^ 0xff : byte));
      return new ipaddr.IPv4(four);
    });
  return [plain, ...embedded];
}

/** Of an IPv6 address that stands for an IPv4 one, that one decides. */
function isPublic(address: Address): boolean {
  const range = address.range();
  if (range === 'unicast') return true;
  return range === 'ipv4Mapped' || range === 'rfc6145' || range === 'rfc6052';
}
