/** One block, one part, so that an insert is whole or not at all [S1]: nothing may cut the data on its way into the table. */
export const ONE_BLOCK = [
  'max_block_size = 10000000',
  'max_insert_block_size = 10000000',
  'min_insert_block_size_rows = 10000000',
  'min_insert_block_size_bytes = 4000000000',
  'input_format_parallel_parsing = 0',
  'max_insert_threads = 1',
  'max_threads = 1',
  'async_insert = 0',
  'insert_deduplicate = 0',
  // The rows of one batch have different keys: nothing is to be merged before it is written.
  'optimize_on_insert = 0',
].join(', ');
