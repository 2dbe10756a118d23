/** @type {import('next').NextConfig} */
export default {
  // The custom server sends its own headers and serves behind its own guard (server/web/access).
  poweredByHeader: false,
  reactStrictMode: true,
  // `npm run check` has the types; the build need not look at them a second time.
  typescript: { ignoreBuildErrors: true },
  // Several builds side by side (a test beside a demo) each name their own folder.
  distDir: process.env.EVENTYARD_TEST_DIST ?? '.next',
};
