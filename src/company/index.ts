export * from './deletion.ts';
export * from './model.ts';
export * from './roles.ts';
export * from './store.ts';
