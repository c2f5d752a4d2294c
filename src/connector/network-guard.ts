import { lookup as resolveName } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';
import { RelayError } from '../platform/errors.ts';

/** Lets our calls reach public addresses only, so that a setting cannot turn us against our own network. */
export interface NetworkGuard {
  /**
   * Reads an address a person typed in. Names are judged later, by what they resolve to.
   * @throws RelayError vendor_address_refused: no URL, not https, with a user name, or an address that is not public.
   */
  readUrl(address: string): URL;
  /** For the HTTP client: these connect to the very address that was judged. */
  readonly agents: { readonly httpAgent: http.Agent; readonly httpsAgent: https.Agent };
  close(): void;
}

/** @param options.allowPrivateNetwork accepts http and every address: for the fakes and for an ATS inside one's own walls. */
export function openNetworkGuard(options: {
  readonly allowPrivateNetwork: boolean;
  /** How names are resolved; the system's way unless a test has its own. */
  readonly resolve?: typeof resolveName;
}): NetworkGuard {
  const { allowPrivateNetwork, resolve = resolveName } = options;
  const lookup = toGuardedLookup(allowPrivateNetwork, resolve);
  const agentOptions = { lookup, keepAlive: true };
  const agents = { httpAgent: new http.Agent(agentOptions), httpsAgent: new https.Agent(agentOptions) };
  return {
    readUrl: (address) => readUrl(address, allowPrivateNetwork),
    agents,
    close() {
      agents.httpAgent.destroy();
      agents.httpsAgent.destroy();
    },
  };
}

function readUrl(address: string, allowPrivateNetwork: boolean): URL {
  if (!URL.canParse(address)) throw refuse('it is not a URL');
  const url = new URL(address);
  if (url.username !== '' || url.password !== '') throw refuse('it carries a user name');
  if (url.protocol !== 'https:' && !(allowPrivateNetwork && url.protocol === 'http:')) throw refuse('it is not https');
  if (allowPrivateNetwork) return url;
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isIP(host) === 0 ? isPrivateName(host) : !isPublicAddress(host)) throw refuse('it is not public');
  return url;
}

/** Node asks this for every connection by name and then connects to what it answers. */
function toGuardedLookup(allowPrivateNetwork: boolean, resolve: typeof resolveName): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) return done(error ?? notFound(host), []);
      if (!allowPrivateNetwork && !addresses.every(({ address }) => isPublicAddress(address)))
        return done(refuse('its name resolves to an address that is not public'), []);
      if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

/**
 * Whether an IP address belongs to the public internet: not this machine, not a private, shared, link-local, documentation,
 * benchmark, multicast or reserved range, not an IPv4 address in IPv6 clothes, not a cloud's metadata service.
 * Source: IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890), read 2026-11-22.
 */
export function isPublicAddress(address: string): boolean {
  const [bare = ''] = address.split('%'); // a zone, as in fe80::1%eth0, is not part of the address
  if (isIPv6(bare)) return globalV6.check(bare, 'ipv6') && !specialV6.check(bare, 'ipv6');
  return isIP(bare) === 4 && !specialV4.check(bare, 'ipv4');
}

const specialV4 = toBlockList('ipv4', [
  '0.0.0.0/8', // this network
  '10.0.0.0/8',
  '100.64.0.0/10', // carrier-grade NAT; holds 100.100.100.200, Alibaba's metadata
  '127.0.0.0/8',
  '168.63.129.16/32', // Azure's platform address, public in form only
  '169.254.0.0/16', // link-local; holds 169.254.169.254, the metadata of most clouds
  '172.16.0.0/12',
  '192.0.0.0/24', // protocol assignments; holds 192.0.0.192, Oracle's metadata
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, broadcast
]);
/** Everything global starts here; loopback, ULA, link-local, multicast, mapped and NAT64 forms all lie outside. */
const globalV6 = toBlockList('ipv6', ['2000::/3']);
const specialV6 = toBlockList('ipv6', [
  '2001::/23', // protocol assignments; Teredo carries an IPv4 address
  '2001:db8::/32',
  '2002::/16', // 6to4 carries an IPv4 address
  '3fff::/20',
]);

function toBlockList(family: 'ipv4' | 'ipv6', ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    list.addSubnet(network, Number(bits), family);
  }
  return list;
}

/** Names that mean this machine or a cloud's inside, whatever a resolver says. */
function isPrivateName(host: string): boolean {
  return !host.includes('.') || /(^|\.)(localhost|local|internal|home\.arpa)$/.test(host);
}

function refuse(why: string): RelayError {
  return new RelayError('vendor_address_refused', { message: `the address may not be called: ${why}` });
}

function notFound(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error('the name has no address'), { code: 'ENOTFOUND', hostname: host });
}
