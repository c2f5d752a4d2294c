import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { isPublicAddress, openNetworkGuard } from '../../src/connector/network-guard.ts';
import { RelayError } from '../../src/platform/errors.ts';

const guard = openNetworkGuard({ allowPrivateNetwork: false });
const open = openNetworkGuard({ allowPrivateNetwork: true });

const refused = [
  // loopback, in every spelling a URL accepts
  'https://127.0.0.1/',
  'https://127.0.0.1:8443/',
  'https://127.1/',
  'https://127.255.255.254/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0x7f.1/',
  'https://0177.0.0.1/',
  'https://127.0.0.1./',
  'https://①②⑦.⓪.⓪.①/',
  'https://127。0。0。1/',
  'https://%31%32%37.0.0.1/',
  'https://[::1]/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://localhost/',
  'https://LOCALHOST/',
  'https://localhost./',
  'https://api.localhost/',
  // this network, and nobody's
  'https://0.0.0.0/',
  'https://0/',
  'https://0.1.2.3/',
  'https://[::]/',
  // private
  'https://10.0.0.1/',
  'https://10.255.255.255/',
  'https://172.16.0.1/',
  'https://172.31.255.255/',
  'https://192.168.0.1/',
  'https://[fc00::1]/',
  'https://[fdff:ffff::1]/',
  // shared, link-local, metadata
  'https://100.64.0.1/',
  'https://100.127.255.255/',
  'https://100.100.100.200/',
  'https://169.254.169.254/latest/meta-data/',
  'https://169.254.0.1/',
  'https://[fe80::1]/',
  'https://[febf::1]/',
  'https://[fd00:ec2::254]/',
  'https://168.63.129.16/',
  'https://192.0.0.192/',
  'https://metadata.google.internal/',
  'https://metadata/',
  'https://printer.local/',
  // IPv4 in IPv6 clothes
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[::ffff:8.8.8.8]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::127.0.0.1]/',
  'https://[64:ff9b::a9fe:a9fe]/',
  'https://[2002:7f00:1::]/',
  'https://[2001:0:7f00:1::]/',
  // multicast, reserved, documentation, benchmarks
  'https://224.0.0.1/',
  'https://239.255.255.255/',
  'https://240.0.0.1/',
  'https://255.255.255.255/',
  'https://[ff02::1]/',
  'https://192.0.2.1/',
  'https://198.51.100.1/',
  'https://203.0.113.1/',
  'https://198.18.0.1/',
  'https://[2001:db8::1]/',
  'https://[3fff::1]/',
  // not https, with a user, not a URL
  'http://harvest.example.com/',
  'ftp://harvest.example.com/',
  'file:///etc/passwd',
  'gopher://harvest.example.com/',
  'https://user@harvest.example.com/',
  'https://user:secret@harvest.example.com/',
  'https://harvest.example.com@127.0.0.1/',
  'https://:secret@harvest.example.com/',
  'https://10.0.0.1\\@harvest.example.com/',
  'https://',
  'https://256.256.256.256/',
  'harvest.example.com',
  '//harvest.example.com/',
  '',
  'javascript:alert(1)',
];

test.each(refused)('the address %p is refused', (address) => {
  expect(() => guard.readUrl(address)).toThrow(expect.objectContaining({ code: 'vendor_address_refused' }));
});

test.each([
  'https://harvest.example.com/',
  'https://harvest.example.com:8443/v3',
  'https://8.8.8.8/',
  'https://172.15.255.255/',
  'https://172.32.0.1/',
  'https://100.63.255.255/',
  'https://100.128.0.1/',
  'https://169.253.255.255/',
  'https://[2606:4700::1111]/',
  'https://日本.example.com/',
  'https://internal.example.com/',
])('the public address %p is accepted', (address) => {
  expect(guard.readUrl(address).href).toMatch(/^https:/);
});

test.each(['http://127.0.0.1:4000', 'http://localhost:4000', 'https://10.0.0.1', 'http://fake:80'])(
  'where the private network is allowed, %p is accepted',
  (address) => {
    expect(open.readUrl(address)).toBeInstanceOf(URL);
  },
);

test('the private network never allows a user name or another protocol', () => {
  expect(() => open.readUrl('http://user@127.0.0.1/')).toThrow(RelayError);
  expect(() => open.readUrl('ftp://127.0.0.1/')).toThrow(RelayError);
});

test('a refusal says why and repeats nothing of the address', () => {
  expect(() => guard.readUrl('https://canary:canary@example.com/canary')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('canary') }),
  );
});

test('a text that is no IP address is not public', () => {
  expect(['', 'example.com', '999.1.1.1', 'fe80::1%eth0', '::ffff:8.8.8.8'].map(isPublicAddress)).toEqual([
    false,
    false,
    false,
    false,
    false,
  ]);
});

describe('a name', () => {
  test.each([
    ['a public address', ['93.184.216.34'], undefined],
    ['a loopback address', ['127.0.0.1'], 'vendor_address_refused'],
    ['a private IPv6 address', ['fd00::1'], 'vendor_address_refused'],
    ['a public and a private address', ['93.184.216.34', '10.0.0.1'], 'vendor_address_refused'],
    ['the metadata service', ['169.254.169.254'], 'vendor_address_refused'],
    ['nothing', [], 'ENOTFOUND'],
  ])('that resolves to %s is connected to only when every address is public', async (_what, addresses, code) => {
    const resolved = await resolveWith(addresses, false);

    expect(resolved).toEqual(code ? { code } : { addresses });
  });

  test('may resolve to this machine where the private network is allowed', async () => {
    expect(await resolveWith(['127.0.0.1'], true)).toEqual({ addresses: ['127.0.0.1'] });
  });

  test('that resolves otherwise the second time is connected to the address that was judged', async () => {
    let times = 0;
    const resolve = fakeResolver(() => (times++ === 0 ? ['93.184.216.34'] : ['127.0.0.1']));
    const rebinding = openNetworkGuard({ allowPrivateNetwork: false, resolve });

    const resolved = await askAgent(rebinding);

    expect([resolved, times]).toEqual([{ addresses: ['93.184.216.34'] }, 1]);
  });
});

function fakeResolver(answer: () => readonly string[]): never {
  return ((_host: string, _options: object, done: (error: null, addresses: LookupAddress[]) => void) =>
    done(
      null,
      answer().map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    )) as never;
}

function resolveWith(addresses: readonly string[], allowPrivateNetwork: boolean): Promise<object> {
  return askAgent(openNetworkGuard({ allowPrivateNetwork, resolve: fakeResolver(() => addresses) }));
}

/** Asks as Node does when the agent opens a connection. */
function askAgent({ agents }: typeof guard): Promise<object> {
  const { lookup } = agents.httpsAgent.options as { lookup: LookupFunction };
  return new Promise((resolve) =>
    lookup('harvest.example.com', { all: true }, (error, found) =>
      resolve(error ? { code: error.code } : { addresses: (found as LookupAddress[]).map(({ address }) => address) }),
    ),
  );
}
