import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;
type Block = readonly [network: Address, prefixLength: number];

/** IPv4 in IPv6 (`::ffff:10.0.0.0`) shifts a prefix by this much. */
const MAPPED_BITS = 96;

/** Addresses and CIDR blocks, parsed once. IPv4 and its form inside of IPv6 are the same. */
export class AddressList {
  readonly #blocks: readonly Block[];

  /** Throws on an entry that is neither an address nor a block. */
  constructor(entries: readonly string[]) {
    this.#blocks = entries.map(parseBlock);
  }

  /** Whether the list has the address; a text that is none is in no list. */
  includes(text: string): boolean {
    if (!ipaddr.isValid(text)) return false;
    const address = ipaddr.process(text);
    return this.#blocks.some((block) => contains(block, address));
  }
}

function parseBlock(entry: string): Block {
  if (!entry.includes('/')) {
    const address = ipaddr.process(entry);
    return [address, address.kind() === 'ipv4' ? 32 : 128];
  }
  const [network, prefixLength] = ipaddr.parseCIDR(entry);
  const isMapped = network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress();
  return isMapped && prefixLength >= MAPPED_BITS
    ? [network.toIPv4Address(), prefixLength - MAPPED_BITS]
    : [network, prefixLength];
}

function contains([network, prefixLength]: Block, address: Address): boolean {
  if (network instanceof ipaddr.IPv4 && address instanceof ipaddr.IPv4)
    return address.match(network, prefixLength);
  return (
    network instanceof ipaddr.IPv6 && address instanceof ipaddr.IPv6 && address.match(network, prefixLength)
  );
}
