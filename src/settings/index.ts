export { registerApi } from './api/api.ts';
export type { ApiParts } from './api/parts.ts';
export { addClientCommands, type ClientIo } from './cli/index.ts';
export { rewrapSecondFactors } from './identity/better-auth.ts';
export { type Identity, openIdentity } from './identity/identity.ts';
export { registerIdentity } from './identity/routes.ts';
export { toSlackSignIn } from './identity/slack-sign-in.ts';
export { registerInstall } from './install/routes.ts';
export { servePage } from './serve-page.ts';
