/** The step that is waited for, with the event that would be it. */
export function WaitsFor({ step, type }: { readonly step: string; readonly type: string | null }) {
  return type === null || type === step ? (
    <span className="mono">{step}</span>
  ) : (
    <>
      {step}, <span className="mono muted">{type}</span>
    </>
  );
}
