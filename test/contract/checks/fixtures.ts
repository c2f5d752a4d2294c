import { type Check, ensure } from './support.ts';

export const fixtures: readonly Check[] = [
  {
    name: 'fixtures hold invented people only, and not only ASCII',
    async run({ fixtures: files }) {
      ensure(files.length > 0, 'there are no fixtures');
      for (const { name, text } of files) {
        const addresses = text.match(/[^\s"<>,;:]+@[^\s"<>,;:]+/g) ?? [];
        const foreign = addresses.filter((address) => !/@(.+\.)?example\.(com|org|net)$/.test(address));
        ensure(foreign.length === 0, `${name} holds an address that is not of example.com`);
        ensure(!/\b0\d{1,4}-\d{1,4}-\d{4}\b/.test(text), `${name} holds a telephone number`);
      }
      ensure(
        files.some(({ text }) => Buffer.byteLength(text) > text.length),
        'no fixture goes beyond ASCII',
      );
    },
  },
];
