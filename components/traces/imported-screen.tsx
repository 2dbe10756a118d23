'use client';

import { useEffect, useRef, useState } from 'react';
import Link from 'next/link';
import { useQueryClient } from '@tanstack/react-query';
import { readTraceUrl, writeTraceUrl } from '@/lib/traces/traces-url';
import { noWiring } from '@/lib/traces/timeline';
import { keepView, useUrlState } from '@/components/live/url-state';
import { Button } from '@/components/ui/button';
import { Chip } from '@/components/ui/chip';
import { CopyId } from '@/components/ui/copy-id';
import { Icon } from '@/components/ui/icon';
import { Note } from '@/components/ui/states';
import { Time } from '@/components/ui/time';
import { answerFromFile, closeImported, openTraceFile, useImportedTrace, type ImportedTrace } from './imported-traces';
import { OpenTrace } from './open-trace';
import page from '@/components/ui/page.module.css';
import styles from './traces.module.css';

/** A trace that somebody kept as a file: the same four views, marked, and apart from everything that is stored. */
export function ImportedScreen() {
  const imported = useImportedTrace();
  const { params } = useUrlState();
  return (
    <main className={page.main} id="main">
      <div className={page.head}>
        <Link href={keepView(params, '/traces')} className={styles.crumb} prefetch={false}>
          Traces
          <Icon name="chevron-right" size={12} />
        </Link>
        <h1 className="truncate">{imported?.trace.nodes[0]?.event.type ?? 'A trace from a file'}</h1>
        {imported && <CopyId value={imported.trace.traceId} />}
        <Chip look="dashed">from a file</Chip>
        <span className="grow" />
        {imported && <Button onClick={closeImported}>Close file</Button>}
      </div>
      {imported ? <OpenFile key={imported.name} imported={imported} /> : <ChooseFile />}
    </main>
  );
}

function OpenFile({ imported }: { readonly imported: ImportedTrace }) {
  const url = useUrlState();
  const client = useQueryClient();
  const [ready, setReady] = useState(false);
  useEffect(() => {
    answerFromFile(client, imported);
    setReady(true);
  }, [client, imported]);
  const { file, trace } = imported;
  return (
    <>
      <Note>
        <span className={styles.importBanner}>
          <Icon name="download" size={14} />
          <span>
            <b>{imported.name}</b>, seen in <b>{file.environment}</b>, kept <Time at={file.exportedAt} />. It is in this tab only: nothing
            of it was stored{file.leftOut.length > 0 ? `. The file leaves out ${file.leftOut.join(' and ')}` : ''}.
          </span>
        </span>
      </Note>
      {ready && (
        <OpenTrace
          trace={trace}
          wiring={noWiring}
          topology={null}
          state={readTraceUrl(url.params)}
          change={(next, way = 'push') => url[way](writeTraceUrl(url.params, next))}
          hrefOf={(href) => keepView(url.params, href)}
        />
      )}
    </>
  );
}

function ChooseFile() {
  const [problem, setProblem] = useState<string | null>(null);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const open = (file: File | undefined): void => {
    if (file) void openTraceFile(file).then(setProblem);
  };
  return (
    <div
      className={styles.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        open(event.dataTransfer.files[0]);
      }}
    >
      <b>Open a trace that was exported</b>
      <p className="muted">Drop the file here, or choose it. It is read by this page alone and goes to no server.</p>
      <input
        ref={input}
        type="file"
        accept="application/json,.json"
        className="visually-hidden"
        aria-label="Trace file"
        tabIndex={-1}
        onChange={(event) => open(event.target.files?.[0])}
      />
      <Button look="solid" onClick={() => input.current?.click()}>
        Choose a file
      </Button>
      {problem && (
        <p role="alert" className="tone-bad">
          {problem}
        </p>
      )}
    </div>
  );
}
