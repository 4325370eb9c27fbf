import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isNameOfOwn, isPublic } from '../../src/lib/addresses.ts';

/** Addresses of hosts that everybody may ask, and the first and last ones beside what is special. */
const PUBLIC = `
  1.0.0.1 1.1.1.1 2.16.0.1 3.5.140.2 4.2.2.2 8.8.4.4 8.8.8.8 9.9.9.9 9.255.255.255 11.0.0.0 13.107.42.14
  18.164.52.7 20.205.243.166 23.64.0.1 34.117.59.81 35.186.224.25 40.112.72.205 45.33.32.156 50.16.16.211
  51.15.0.1 52.84.162.10 54.230.10.5 64.233.160.0 66.102.0.1 69.147.64.1 74.125.224.72 80.80.80.80
  93.184.216.34 94.140.14.14 99.84.238.10 100.63.255.255 100.128.0.0 104.16.132.229 108.177.96.1 126.255.255.255
  128.0.0.1 129.21.1.40 130.211.0.1 140.82.112.3 142.250.72.14 151.101.0.223 151.101.1.69 152.199.4.33
  157.240.1.35 161.25.255.255 161.27.0.0 162.159.135.233 166.7.255.255 166.12.0.0 168.63.129.15 168.63.129.17
  169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 172.217.16.206 185.199.108.133 191.255.255.255
  192.0.1.0 192.0.3.0 192.30.255.113 192.80.8.123 192.80.8.125 192.88.98.255 192.88.100.0 192.167.255.255
  192.169.0.0 193.0.6.139 198.17.255.255 198.20.0.0 198.51.99.255 198.51.101.0 203.0.112.255 203.0.114.0
  208.67.222.222 216.58.192.1 223.255.255.255
  2001:200:: 2001:4860:4860::8888 2001:db7:ffff::1 2001:db9::1 2003::1 2400:cb00:2048:1::c629:d7a2
  2404:6800:4009:80b::200e 2600:9000:2000::1 2606:4700:4700::1111 2606:50c0:8000::153 2620:4f:7fff::1
  2620:4f:8001::1 2620:fe::fe 2800:3f0:4001:81a::200e 2a00:1450:4001:81a::200e 2a04:4e42::223 2c0f:f248::1
  3ffe:ffff::1 3fff:1000::1 2606:4700:4700:0:0:0:0:1111 2606:4700:4700::1.1.1.1
  ::ffff:8.8.8.8 ::ffff:808:808 0:0:0:0:0:ffff:1.1.1.1 64:ff9b::8.8.8.8 64:ff9b::101:101`;

const SPECIAL: Readonly<Record<string, string>> = {
  'this network, private, shared, loopback, link-local':
    '0.0.0.0 0.1.2.3 0.255.255.255 10.0.0.0 10.0.0.1 10.255.255.255 100.64.0.0 100.100.100.200 100.127.255.255 127.0.0.0 127.0.0.1 127.1.2.3 127.255.255.255 169.254.0.0 169.254.169.254 169.254.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.1.1 192.168.255.255',
  'protocols, documentation, benchmarks, relays':
    '192.0.0.0 192.0.0.8 192.0.0.9 192.0.0.170 192.0.0.255 192.0.2.0 192.0.2.255 192.31.196.1 192.52.193.1 192.88.99.0 192.88.99.255 192.175.48.1 198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255',
  'groups, what is reserved, everybody':
    '224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.254 255.255.255.255',
  'metadata and inner services of clouds (AWS, ECS, EKS, GCP, Azure, Alibaba, Oracle, Tencent, Volcengine, UCloud, Equinix, IBM, Scaleway, Linode)':
    '169.254.169.254 169.254.169.253 169.254.169.123 169.254.170.2 169.254.170.23 168.63.129.16 100.100.100.200 192.0.0.192 169.254.0.23 100.88.222.5 100.96.0.96 100.80.80.80 192.80.8.124 161.26.0.0 161.26.0.10 161.26.255.255 166.8.0.0 166.9.1.1 166.11.255.255 169.254.42.42 169.254.169.250 fd00:ec2::254 fd00:ec2::23 fd00:ec2::253 fd20:ce::254 fd00:c1::a9fe:a9fe fd00:42::42 fd00:a9fe:a9fe::1 fe80::a9fe:a9fe',
  'IPv6: unspecified, loopback, unique local, link-local, site-local, groups, discard, segment routing':
    ':: ::1 0:0:0:0:0:0:0:1 fc00::1 fd12:3456::1 fdff:ffff::1 fe80::1 febf::1 fec0::1 ff02::1 ff0e::1 100::1 100:0:0:1::1 1fff:ffff::1 4000::1 5f00::1 8000::1',
  'IPv6: protocols, documentation, 6to4, Teredo, ORCHID, AS112':
    '2001::1 2001:0:4136:e378:8000:63bf:f7f7:f7f7 2001:1::1 2001:2::1 2001:3::1 2001:4:112::1 2001:20::1 2001:30::1 2001:1ff:ffff::1 2001:db8::1 2001:db8:ffff::1 2002::1 2002:808:808::1 2002:7f00:1::1 2002:a9fe:a9fe::1 2620:4f:8000::1 3fff::1 3fff:fff::1',
  'IPv6 that holds an IPv4 address':
    '::ffff:127.0.0.1 ::ffff:7f00:1 ::FFFF:10.0.0.1 ::ffff:169.254.169.254 ::ffff:a9fe:a9fe ::ffff:100.100.100.200 ::ffff:168.63.129.16 0:0:0:0:0:ffff:192.168.0.1 ::ffff:0.0.0.0 ::127.0.0.1 ::8.8.8.8 ::a9fe:a9fe ::ffff:0:127.0.0.1 ::ffff:0:8.8.8.8 64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b::10.0.0.1 64:ff9b:1::8.8.8.8 64:ff9b:1:a9fe:a9:fe00::',
  'other spellings of an address, and what is none':
    '0177.0.0.1 0x7f.0.0.1 0x7f000001 2130706433 017700000001 127.1 127.0.1 8.8.8.08 010.8.8.8 8.8.8.8. .8.8.8.8 8.8.8 8.8.8.8.8 256.8.8.8 8.8.8.-8 8.8.8.8/32 8.8.8.8:443 [8.8.8.8] [::1] [2606:4700:4700::1111] fe80::1%eth0 2606:4700:4700::1111%eth0 ::1%lo 2606:4700:4700::1111%25eth0 2606::4700::1111 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 12345::1 ::ffff:8.8.8.256 ::ffff:08.8.8.8 example.com localhost',
};

const listed = (text: string) => text.trim().split(/\s+/);

describe('an address of the public internet', () => {
  test.each(listed(PUBLIC))('%s is one', (address) => expect(isPublic(address)).toBe(true));
});

describe.each(Object.entries(SPECIAL))('no address of the public internet: %s', (_kind, addresses) => {
  test.each(listed(addresses))('%s', (address) => expect(isPublic(address)).toBe(false));
});

test.each(['', ' ', ' 8.8.8.8', '8.8.8.8 ', '8.8.8.8\n', '8.8.8.8\0.evil', '８.８.８.８', '8。8。8。8'])(
  'what only looks like an address is none: %j',
  (text) => expect(isPublic(text)).toBe(false),
);

/** The registry once more, as numbers: an independent reading of it. */
const RANGES: readonly (readonly [number, number])[] = [
  [0x00000000, 0x00ffffff],
  [0x0a000000, 0x0affffff],
  [0x64400000, 0x647fffff],
  [0x7f000000, 0x7fffffff],
  [0xa11a0000, 0xa11affff],
  [0xa6080000, 0xa60bffff],
  [0xa83f8110, 0xa83f8110],
  [0xa9fe0000, 0xa9feffff],
  [0xac100000, 0xac1fffff],
  [0xc0000000, 0xc00000ff],
  [0xc0000200, 0xc00002ff],
  [0xc01fc400, 0xc01fc4ff],
  [0xc034c100, 0xc034c1ff],
  [0xc050087c, 0xc050087c],
  [0xc0586300, 0xc05863ff],
  [0xc0a80000, 0xc0a8ffff],
  [0xc0af3000, 0xc0af30ff],
  [0xc6120000, 0xc613ffff],
  [0xc6336400, 0xc63364ff],
  [0xcb007100, 0xcb0071ff],
  [0xe0000000, 0xffffffff],
];
const dotted = (n: number) => [24, 16, 8, 0].map((shift) => (n >>> shift) & 255).join('.');
const groups = (n: number) => `${(n >>> 16).toString(16)}:${(n & 0xffff).toString(16)}`;
const edges = fc.constantFrom(...RANGES.flat().flatMap((n) => [n - 1, n, n + 1].map((m) => m >>> 0)));
const anyV4 = fc.oneof(fc.nat(0xffffffff), edges);

test('any IPv4 address is judged as the registry says, also inside of IPv6, and never by 6to4 or Teredo', () => {
  fc.assert(
    fc.property(anyV4, (n) => {
      const expected = !RANGES.some(([first, last]) => n >= first && n <= last);
      const address = dotted(n);
      expect(isPublic(address)).toBe(expected);
      for (const mapped of [`::ffff:${address}`, `::ffff:${groups(n)}`, `64:ff9b::${address}`]) {
        expect(isPublic(mapped)).toBe(expected);
      }
      for (const tunnelled of [`2002:${groups(n)}::1`, `2001:0:${groups(n)}::1`, `::${address}`]) {
        expect(isPublic(tunnelled)).toBe(false);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('of IPv6 nothing outside of 2000::/3 is public, but for the IPv4 addresses in it', () => {
  const group = fc.nat(0xffff);
  fc.assert(
    fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (words) => {
      const [first = 0] = words;
      fc.pre(first >> 13 !== 1 && first !== 0 && first !== 0x64);
      expect(isPublic(words.map((word) => word.toString(16)).join(':'))).toBe(false);
    }),
    { numRuns: 2_000 },
  );
});

describe('a name of one’s own network', () => {
  test.each(
    listed(`localhost LOCALHOST localhost. localhost.... a.localhost localhost.localdomain ip6-localhost printer.local
      metadata metadata.google.internal metadata.google.internal. Metadata.Google.Internal metadata.goog
      instance-data instance-data.ec2.internal ip-10-0-0-1.ec2.internal rancher-metadata wireserver
      kubernetes.default.svc kubernetes.default.svc.cluster.local vault.corp wiki.intranet nas.home nas.lan
      a.private router.home.arpa host.docker.internal metadata.tencentyun.com metadata.packet.net
      metadata.platformequinix.com api.metadata.cloud.ibm.com db intranet`),
  )('%s is one', (host) => expect(isNameOfOwn(host)).toBe(true));

  test.each(
    listed(`example.com pypi.org files.pythonhosted.org huggingface.co localhost.example.com local.example.com
      internal.example.com metadata.example.com notlocalhost.com my-local.dev internal.io a.co arpa.org
      cdn-lfs.hf.co xn--bcher-kva.example 8.8.8.8 2606:4700:4700::1111 svc.dev`),
  )('%s is none', (host) => expect(isNameOfOwn(host)).toBe(false));
});
