import type { Fake, FakeOptions } from '../src/connector/fake.ts';
import { createGreenhouseFake } from './greenhouse/fake.ts';
import { createHrmosFake } from './hrmos/fake.ts';
import { createLeverFake } from './lever/fake.ts';

/** The stand-in of each connector's vendor, by the connector's id: for people without an account. */
export const fakes: Readonly<Record<string, (options: FakeOptions) => Fake>> = {
  greenhouse: createGreenhouseFake,
  hrmos: createHrmosFake,
  lever: createLeverFake,
};
