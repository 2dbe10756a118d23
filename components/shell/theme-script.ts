/**
 * Runs before the first paint: the saved theme, or else the system's. Same key as components/live/preferences.ts; written out as text because
 * it stands inline in the head under the page's nonce. It also hands that nonce on to the scroll lock of the dialogs, which writes a style sheet
 * and looks for the nonce under this global name.
 */
export const themeScript = `(function(){window.__webpack_nonce__=document.currentScript.nonce;var t='system';try{t=JSON.parse(localStorage.getItem('eventyard.preferences')||'{}').theme||t}catch(e){}
if(t!=='light'&&t!=='dark')t=matchMedia('(prefers-color-scheme: dark)').matches?'dark':'light';document.documentElement.dataset.theme=t})()`;
