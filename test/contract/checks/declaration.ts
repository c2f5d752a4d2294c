import { connectors } from '../../../connectors/index.ts';
import { modes, type Text } from '../../../src/connector/index.ts';
import { type Check, ensure, isFilled, isOptional, toNames } from './support.ts';

export const declaration: readonly Check[] = [
  {
    name: 'the id is the folder, and the list offers it',
    async run({ connector, folder, isOffered }) {
      ensure(connector.id === folder, `the id ${connector.id} is not the folder ${folder}`);
      const isListed = connectors.some((one) => one.id === connector.id);
      ensure(
        isListed === isOffered,
        isListed ? 'it is listed though it is not offered' : 'it is not in connectors/index.ts',
      );
    },
  },
  {
    name: 'every setting has a label and help in both languages',
    async run({ connector }) {
      for (const [name, field] of Object.entries(connector.settings)) {
        ensure(isFilled(field.label), `${name} has no label in both languages`);
        ensure(isFilled(field.help), `${name} has no help in both languages`);
      }
    },
  },
  {
    name: 'every example is accepted, and nothing is not where a value is needed',
    async run({ connector }) {
      for (const [name, field] of Object.entries(connector.settings)) {
        ensure(field.schema.safeParse(field.example).success, `the example of ${name} is refused by its own schema`);
        ensure(isOptional(field) || !field.schema.safeParse('').success, `${name} is required but may be empty`);
        ensure(
          field.default === undefined || field.schema.safeParse(field.default).success,
          `the default of ${name} is refused by its own schema`,
        );
      }
    },
  },
  {
    name: 'what is secret is declared secret, and every name leads to a setting',
    async run({ connector: { settings, api, webhook } }) {
      const { secret, url, plain } = toNames(api);
      const secrets = [...secret, ...(webhook ? [webhook.secret] : [])];
      for (const name of secrets) ensure(settings[name]?.kind === 'secret', `${name} is not declared secret`);
      for (const name of url) ensure(settings[name]?.kind === 'url', `${name} is not an address`);
      for (const name of plain) ensure(settings[name] !== undefined, `${name} is no setting`);
    },
  },
  {
    name: 'the vendor page it was written from is named',
    async run({ connector: { docs, title, api } }) {
      ensure(URL.canParse(docs) && docs.startsWith('https://'), `docs is not an https address: ${docs}`);
      ensure(title.trim() !== '', 'it has no title');
      ensure(api?.limits.source.trim() !== '', 'the limits name no source');
    },
  },
  {
    name: 'what it cannot do is told with reasons in both languages',
    async run({ connector }) {
      for (const mode of modes) {
        const possibility = connector.template.modes[mode];
        if (!possibility.possible) ensure(isFilled(possibility.why), `mode ${mode} is impossible without a reason`);
        else ensure(!possibility.note || isFilled(possibility.note), `the note on mode ${mode} misses a language`);
      }
      const isTold = ({ what, why }: { readonly what: Text; readonly why: Text }) => isFilled(what) && isFilled(why);
      ensure(connector.cannot.every(isTold), 'something it cannot do misses a language or a reason');
      ensure(
        connector.api?.writeBack !== undefined || connector.cannot.length > 0,
        'it takes no write-backs and does not say so',
      );
    },
  },
];
