export { registerApi } from './api/api.ts';
export type { ApiParts } from './api/parts.ts';
export { addClientCommands, type ClientIo } from './cli/index.ts';
export { registerInstall } from './install/routes.ts';
export { servePage } from './serve-page.ts';
