/** Stands for a style sheet or a picture, which only a bundler knows: every class is called by its name. */
export default new Proxy({}, { get: (_target, name) => String(name) });
