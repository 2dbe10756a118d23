import { describe, expect, it } from 'vitest';
import { bindParameters, changesSession, insertFromFile, isInsert, isRead, readRequest } from './statement';

const bind = (sql: string, given: Record<string, string>): string => bindParameters(sql, new Map(Object.entries(given)));

describe('parameters', () => {
  it('become literals that cannot end', () => {
    expect(bind('SELECT {a:String}', { a: "x' OR 1=1 --" })).toBe("SELECT 'x\\' OR 1=1 --'");
    expect(bind('SELECT {a:String}', { a: "\\\\' --" })).toBe("SELECT '\\\\\\' --'");
    expect(bind('SELECT {a:String}', { a: 'line\\nand\\ttab' })).toBe("SELECT 'line\\nand\\ttab'");
  });
  it('of numbers are numbers, and text in their place is not read as a statement', () => {
    expect(bind('LIMIT {n:UInt32}', { n: '5' })).toBe('LIMIT 5');
    expect(bind('LIMIT {n:UInt32}', { n: '5; DROP TABLE events' })).toBe("LIMIT _CAST('5; DROP TABLE events', 'UInt32')");
  });
  it('of arrays keep their own escapes', () => {
    expect(bind('{a:Array(String)}', { a: "['it\\'s','b']" })).toBe("_CAST('[\\'it\\\\\\'s\\',\\'b\\']', 'Array(String)')");
  });
  it('are not looked for inside strings, names and comments', () => {
    expect(bind("SELECT '{a:String}', `{a:String}` /* {a:String} */ -- {a:String}\n, {a:String}", { a: 'x' })).toBe(
      "SELECT '{a:String}', `{a:String}` /* {a:String} */ -- {a:String}\n, 'x'",
    );
  });
  it('that are missing are said', () => {
    expect(() => bind('SELECT {a:String}', {})).toThrow(/a is not set/);
  });
});

describe('an insert with a body', () => {
  it('reads the file in the place of input()', () => {
    expect(insertFromFile("INSERT INTO t (a) SELECT a FROM input('a String') WHERE 1 FORMAT RowBinary", '/f')).toBe(
      "INSERT INTO t (a) SELECT a FROM file('/f', 'RowBinary', 'a String') WHERE 1",
    );
  });
  it('or becomes one that selects from the file', () => {
    expect(insertFromFile('INSERT INTO t (a, b) FORMAT JSONEachRow\n', '/f')).toContain(
      "INSERT INTO t (a, b) SELECT * FROM file('/f', 'JSONEachRow')",
    );
    expect(() => insertFromFile('INSERT INTO t VALUES', '/f')).toThrow(/FORMAT/);
  });
});

describe('statements', () => {
  it('are told apart', () => {
    expect([
      isInsert('/* x */ INSERT INTO t'),
      isRead(' WITH 1 AS a SELECT a'),
      isRead('DROP TABLE t'),
      changesSession('set a = 1'),
      changesSession('SELECT 1'),
    ]).toEqual([true, true, false, true, false]);
  });
  it('bring no settings in the address', () => {
    expect(() => readRequest(new URL('http://x/?max_threads=1'), 'd')).toThrow(/max_threads/);
    expect(() => readRequest(new URL('http://x/?database=other'), 'd')).toThrow(/database/);
    expect(readRequest(new URL('http://x/?query=SELECT%201&param_a=b&database=d&wait_end_of_query=1'), 'd')).toMatchObject({
      sql: 'SELECT 1',
      format: 'TabSeparated',
    });
  });
});
