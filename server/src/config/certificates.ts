import { X509Certificate } from 'node:crypto';

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Why a text is not a series of certificates in PEM; null: it is. */
export function certificateProblem(text: string): string | null {
  const blocks = text.match(BLOCK) ?? [];
  const rest = text.replace(BLOCK, '').replace(/^#.*$/gm, '').trim();
  const right = blocks.length > 0 && rest === '' && blocks.every(isCertificate);
  return right ? null : 'must be certificates in PEM: -----BEGIN CERTIFICATE----- …';
}

function isCertificate(block: string): boolean {
  try {
    new X509Certificate(block);
    return true;
  } catch {
    return false;
  }
}
