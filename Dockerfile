# The service in one image. Web and worker are the same image with another --role.

FROM node:24-slim AS parts
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No install scripts: the only one we need puts a Node beside the one this image has. So that one goes, too.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/node node_modules/.bin/node && npm cache clean --force

# The settings page is built with the packages of development, and only what was built goes into the image.
FROM node:24-slim AS page
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts && rm -rf node_modules/node node_modules/.bin/node
COPY build-page.ts vite.config.ts ./
COPY src src
RUN node build-page.ts

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
# The embedded database and the keys made at first start live here.
RUN mkdir /data && chown node:node /data
VOLUME /data
COPY --from=parts /app/node_modules node_modules
COPY --from=page /app/dist-page dist-page
COPY package.json LICENSE manifest.json manifest.schema.json ./
COPY connectors connectors
COPY templates templates
COPY src src
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "src/main.ts"]
CMD ["serve", "--role", "all"]
