/**
 * The development server answers on the one public port and passes everything that is not a page on to the
 * gateway. GATEWAY_URL is where that listens.
 */
const target = process.env.GATEWAY_URL ?? 'http://127.0.0.1:8001';

export default Object.fromEntries(
  ['/api', '/v1', '/oauth', '/health', '/docs'].map((path) => [path, { target, changeOrigin: false }]),
);
