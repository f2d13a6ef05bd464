import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type AddressKind, kindOf } from '../../src/base/address-kind.ts';

const KINDS: Record<AddressKind, string[]> = {
  public: [
    '8.8.8.8',
    '1.1.1.1',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '11.0.0.1',
    '126.255.255.255',
    '128.0.0.1',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '2002:808:808::1',
  ],
  loopback: [
    '127.0.0.1',
    '127.1.2.3',
    '127.255.255.255',
    '::1',
    '[::1]',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b::127.0.0.1',
    '2002:7f00:1::',
    '::127.0.0.1',
    '::ffff:0:127.0.0.1',
    '0:0:0:0:0:ffff:7f00:0001',
  ],
  private: [
    '10.0.0.1',
    '10.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.5',
    'fc00::1',
    'fd12:3456::1',
    'fec0::1',
    '::ffff:192.168.0.1',
    '64:ff9b:1::1',
    '2002:c0a8:101::1',
  ],
  'link-local': ['169.254.1.1', '169.254.255.255', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  shared: ['100.64.0.1', '100.127.255.255'],
  metadata: [
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '100.100.100.200',
    'fd00:ec2::254',
    '169.254.170.2',
  ],
  unspecified: ['0.0.0.0', '0.1.2.3', '::', '::ffff:0.0.0.0'],
  multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1', '::ffff:224.0.0.1'],
  reserved: [
    '192.0.0.8',
    '192.0.2.1',
    '198.18.0.1',
    '198.51.100.7',
    '203.0.113.9',
    '240.0.0.1',
    '255.255.255.255',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '3fff::1',
    '4000::1',
    '5f00::1',
    '1::1',
    '',
    'localhost',
    '127.1',
    '0177.0.0.1',
    '999.1.1.1',
    '::g',
  ],
};

describe('the kind of an address', () => {
  for (const [kind, addresses] of Object.entries(KINDS))
    it(`is ${kind}, also within IPv6`, () => {
      for (const address of addresses) assert.equal(kindOf(address), kind, address);
    });

  it('is the same however the address is written', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const canonical = new URL(`http://[${address}]/`).hostname;
        assert.equal(kindOf(canonical), kindOf(address));
      }),
    );
  });

  it('of IPv4 is that of the IPv6 address which leads there', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
        const hex = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
        for (const around of [`::ffff:${address}`, `::ffff:${hex}`, `64:ff9b::${hex}`, `2002:${hex}::`])
          assert.equal(kindOf(around), kindOf(address), around);
      }),
    );
  });

  it('covers what a URL makes of short, octal and hexadecimal numbers', () => {
    for (const host of ['127.1', '0177.0.0.1', '0x7f000001', '2130706433', '127.0.0.1.'])
      assert.equal(kindOf(new URL(`http://${host}/`).hostname), 'loopback', host);
  });
});
