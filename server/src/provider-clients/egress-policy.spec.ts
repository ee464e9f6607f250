import { describe, expect, it } from '@jest/globals';
import { EgressPolicy } from './egress-policy.js';

const hostOf = (url: string): string => new URL(url).hostname;

const METADATA = [
  'http://169.254.169.254/latest', 'http://169.254.169.254./', 'http://[::ffff:169.254.169.254]/', 'http://[::ffff:a9fe:a9fe]/',
  'http://[64:ff9b::169.254.169.254]/', 'http://[64:ff9b:1::a9fe:a9fe]/', 'http://[2002:a9fe:a9fe::1]/', 'http://[::169.254.169.254]/',
  'http://[::ffff:0:169.254.169.254]/', 'http://[2001::5601:5601]/', 'http://2852039166/', 'http://0xa9fea9fe/', 'http://0251.0376.0251.0376/',
  'http://169.254.43518/', 'http://[fd00:ec2::254]/', 'http://[fd00:0ec2:0:0::254]/', 'http://100.100.100.200/', 'http://169.254.170.2/',
  'http://METADATA.google.internal/', 'http://metadata.google.internal./', 'http://metadata/', 'http://instance-data/', 'http://168.63.129.16/',
  'http://192.0.0.192/', 'http://169。254。169。254/', 'http://①⑥⑨.254.169.254/',
]; // prettier-ignore

const PRIVATE = [
  'http://127.0.0.1/', 'http://127.1/', 'http://0177.1/', 'http://2130706433/', 'http://0/', 'http://0.0.0.0/', 'http://localhost/', 'http://LOCALHOST./',
  'http://api.localhost/', 'http://10.1.2.3/', 'http://172.16.0.1/', 'http://192.168.1.1/', 'http://169.254.1.1/', 'http://100.64.0.1/',
  'http://224.0.0.1/', 'http://255.255.255.255/', 'http://[::]/', 'http://[::1]/', 'http://[::ffff:7f00:1]/', 'http://[::ffff:127.0.0.1]/',
  'http://[64:ff9b::7f00:1]/', 'http://[64:ff9b::10.0.0.1]/', 'http://[2002:7f00:1::]/', 'http://[fe80::1]/', 'http://[fc00::1]/', 'http://[ff02::1]/', 'http://[::7f00:1]/',
]; // prettier-ignore

const PUBLIC = [
  'https://api.openai.com/', 'http://8.8.8.8/', 'http://[2606:4700::1111]/', 'http://[64:ff9b::8.8.8.8]/', 'http://[::ffff:8.8.8.8]/', 'http://localhost.example.com/',
]; // prettier-ignore

describe('where calls to providers may go', () => {
  const open = new EgressPolicy(true);
  const closed = new EgressPolicy(false);

  it.each(METADATA)('never to %s', (url) => {
    expect(open.refusalOfHost(hostOf(url))).toMatch(/metadata service/);
    expect(closed.refusalOfHost(hostOf(url))).not.toBeNull();
  });

  it.each(PRIVATE)('to %s only where private addresses are allowed', (url) => {
    expect(open.refusalOfHost(hostOf(url))).toBeNull();
    expect(closed.refusalOfHost(hostOf(url))).toMatch(/ALLOW_PRIVATE_PROVIDERS/);
  });

  it.each(PUBLIC)('to %s always', (url) => {
    expect(open.refusalOfHost(hostOf(url))).toBeNull();
    expect(closed.refusalOfHost(hostOf(url))).toBeNull();
  });

  it('decides of addresses as a resolver gives them, zones too', () => {
    expect(closed.refusalOfAddress('fe80::1%eth0')).toMatch(/ALLOW_PRIVATE_PROVIDERS/);
    expect(open.refusalOfAddress('::ffff:169.254.169.254')).toMatch(/metadata/);
    expect(open.refusalOfAddress('not an address')).not.toBeNull();
    expect(closed.refusalOfAddress('1.1.1.1')).toBeNull();
  });
});
