import type { Connector } from '../src/connector/contract.ts';
import { greenhouse } from './greenhouse/index.ts';
import { hrmos } from './hrmos/index.ts';
import { lever } from './lever/index.ts';

/** Every connector offered, in the order people see them. A folder that begins with `_` is not. */
export const connectors: readonly Connector[] = [greenhouse, lever, hrmos];
