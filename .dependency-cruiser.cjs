/** The arrows of ARCHITECTURE.md. Each rule blocks, and its comment says what to do instead. */
const outside = (folder) => ({ pathNot: folder });

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      comment: 'Two files need each other at run time: move what both need into a third, or pass it as an argument.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'lib-is-pure',
      severity: 'error',
      comment: 'lib imports lib and zod only. Take time, randomness and data as arguments, or put the file under server/ or components/.',
      from: { path: '^lib/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { pathNot: '^(lib/|node_modules/zod/)' },
    },
    {
      name: 'components-see-lib-only',
      severity: 'error',
      comment: 'Components get data by props, a query hook or the live feed. A type that both sides need belongs in lib/contract.',
      from: { path: '^components/' },
      to: { path: '^(server|app|shop|scripts)/' },
    },
    {
      name: 'app-has-three-doors',
      severity: 'error',
      comment:
        'A page or route asks through server/web/services, server/web/queries or server/web/actions (and server/web/access to parse a request).',
      from: { path: '^app/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^(server|shop|scripts)/', pathNot: '^server/web/(services|queries/|actions/|access/|http/)' },
    },
    {
      name: 'server-does-not-see-the-screen',
      severity: 'error',
      comment:
        'The server knows lib and its ports. Move what it needs from components or app into lib. (Tests may ask scripts/brokers for brokers.)',
      from: { path: '^server/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^(components|app|shop|scripts)/' },
    },
    {
      name: 'halves-meet-at-store-and-bus',
      severity: 'error',
      comment:
        'The collector and the web half never import each other: put a message on the bus (lib/contract/bus-messages.ts) or a fact into the store.',
      from: { path: '^server/collector/' },
      to: { path: '^server/web/' },
    },
    {
      name: 'halves-meet-at-store-and-bus-too',
      severity: 'error',
      comment: 'The web half and the collector never import each other: ask by the bus or read the store.',
      from: { path: '^server/web/' },
      to: { path: '^server/(collector|brokers/(?!broker\\.ts))' },
    },
    {
      name: 'halves-know-ports-only',
      severity: 'error',
      comment: 'Outside the adapter folders only the ports are known. Choose the adapter in server/start.ts and pass it in.',
      from: { path: '^server/(collector|web)/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^server/(brokers|store|bus)/[^/]+/' },
    },
    ...['brokers', 'store', 'bus'].map((port) => ({
      name: `adapters-never-meet-${port}`,
      severity: 'error',
      comment: 'An adapter never imports another one. What both need belongs beside the port or in lib.',
      from: { path: `^server/${port}/([^/]+)/`, pathNot: '\\.(test|contract|fixture)\\.ts$' },
      // embedded is the way to run the engine that the clickhouse client talks to: it may be named by nobody, and names nobody.
      to: { path: `^server/${port}/([^/]+)/`, pathNot: `^server/${port}/$1/` },
    })),
    {
      name: 'halves-know-the-registry-port-only',
      severity: 'error',
      comment: 'A schema registry is chosen in server/start.ts. Outside its folder only server/schemas/schema-registry.ts is known.',
      from: { path: '^server/(?!schemas/|start\\.ts)', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^server/schemas/[^/]+/' },
    },
    {
      name: 'shop-stands-alone',
      severity: 'error',
      comment: 'The shop is a customer of Eventyard, not a part: declare the structural type that you are given.',
      from: { path: '^shop/', pathNot: '\\.(test|fixture)\\.ts$' },
      to: { path: '^(lib|server|components|app|scripts)/' },
    },
    {
      name: 'domain-code-sees-no-broker',
      severity: 'error',
      comment:
        "A service's domain is pure: it knows its own folder, aggregates and upcasters. What others are told belongs beside it, into the service's folder.",
      from: { path: '^shop/services/([^/]+)/domain/', pathNot: '\\.test\\.ts$' },
      to: { pathNot: '^shop/(services/$1/domain/|kernel/(domain-events|upcast)/)' },
    },
    {
      name: 'nobody-imports-the-shop',
      severity: 'error',
      comment: 'Only the demo and its tests may start the shop.',
      from: { path: '^(lib|server|components|app)/' },
      to: { path: '^shop/' },
    },
    ...[
      ['kafkajs', '^(server/brokers/kafka|shop/transport|bench)/'],
      ['amqplib', '^(server/brokers/rabbitmq|shop/transport|bench)/'],
      ['@clickhouse/client', '^(server/store|bench)/'],
      ['chdb', '^(server/store|bench)/'],
      ['libsql', '^shop/kernel/db/'],
      ['avsc', '^(server/decoding|shop)/'],
      ['cbor-x', '^server/decoding/'],
      ['ajv', '^server/decoding/'],
      ['@msgpack/msgpack', '^(server/decoding|shop)/'],
    ].map(([library, home]) => ({
      name: `one-home-for-${library.replace(/\W+/g, '-')}`,
      severity: 'error',
      comment: `${library} is named in one folder only. Add what you need to the port, and let the adapter do it.`,
      from: outside(`${home}|^(e2e|scripts)/|\\.live\\.test\\.ts$`),
      to: { path: `^node_modules/${library}/` },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.next|data|\\.brokers)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
