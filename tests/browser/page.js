// What the browser test asks of the JupyterLab page. The app is there because of --expose-app-in-browser.
window.unrolled = (() => {
  const CONTROLS = {
    slider: '.widget-slider', dropdown: '.widget-dropdown', select: '.widget-select',
    togglebuttons: '.widget-toggle-buttons', togglebutton: '.widget-toggle-button', radio: '.widget-radio',
    checkbox: '.widget-checkbox', text: '.widget-text', textarea: '.widget-textarea', play: '.widget-play',
    button: '.widget-button',
  };
  const ANY = Object.values(CONTROLS).join(',');
  const panel = () => [...jupyterapp.shell.widgets('main')].find(w => w.content && w.content.widgets && w.sessionContext);
  const kernel = () => panel()?.sessionContext.session?.kernel;
  const idle = () => kernel()?.connectionStatus === 'connected' && kernel()?.status === 'idle';
  const cells = () => panel().content.widgets;
  const code = () => cells().filter(c => c.model.type === 'code');
  const busy = () => code().some(c => c.model.executionState === 'running') || !idle();
  const runAll = async () => {
    code().forEach(c => c.model.clearExecution());
    jupyterapp.shell.activateById(panel().id);
    await jupyterapp.commands.execute('notebook:run-all-cells');
  };
  // Errors and stderr that a cell shows, also those that a widget's callback adds later.
  const complaints = () => code().flatMap((c, i) => c.model.outputs.toJSON().flatMap(o =>
    o.output_type === 'error' && !(c.model.getMetadata('tags') || []).includes('raises-exception')
      ? [`code cell ${i + 1}: ${o.ename}: ${o.evalue}`]
      : o.output_type === 'stream' && o.name === 'stderr' ? [`code cell ${i + 1} wrote to stderr: ${[o.text].flat().join('')}`] : []));
  const VIEW = 'application/vnd.jupyter.widget-view+json';
  const blanks = () => code().flatMap((c, i) => {
    const wanted = c.model.outputs.toJSON().filter(o => o.data && o.data[VIEW]).length;
    const shown = [...c.node.querySelectorAll(".jp-OutputArea-output.jupyter-widgets, .jp-OutputArea-output .jupyter-widgets")].filter(e => !e.parentElement.closest(".jupyter-widgets") && e.offsetHeight > 0);
    return wanted === shown.length ? [] : [`code cell ${i + 1}: ${shown.length} of ${wanted} widget views are drawn`];
  });
  // Every control with the part of the page that it is to change.
  const list = () => code().flatMap((c, i) => [...c.node.querySelectorAll(ANY)].flatMap(node => {
    if (node.parentElement.closest(ANY)) return [];  // a button that is a part of another control
    const kind = Object.keys(CONTROLS).find(k => node.matches(CONTROLS[k]));
    const place = node.closest('.unrolled-panel, .unrolled-quiz') || c.node.querySelector('.jp-Cell-outputWrapper');
    const clean = text => (text || '').replace(/\u200b/g, '').trim();
    const label = clean(node.querySelector('.widget-label')?.textContent) || (/button$|checkbox/.test(kind) ? clean(node.textContent) : '');
    return [{cell: i + 1, kind, label, node, place, off: !node.offsetHeight || node.disabled || !!node.querySelector('[disabled]')}];
  }));
  const texts = place => [...place.querySelectorAll('.widget-html-content, .jp-RenderedText, .jp-RenderedHTMLCommon')]
    .filter(e => !e.closest(ANY) && !e.closest('.unrolled-busy')).map(e => e.textContent).join('\n');
  const pictures = place => Promise.all([...place.querySelectorAll('img')].map(async e =>
    (await e.decode().catch(() => 0), Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256',
      await (await fetch(e.src)).arrayBuffer()))).join())));
  const look = async place => JSON.stringify([await pictures(place), texts(place)]);
  const working = place => [...place.querySelectorAll('.unrolled-busy')].some(e => e.textContent.trim());
  // Between watch and seen: when the hand last moved, and when the picture or the words then changed.
  let watched;
  const EVENTS = ['keydown', 'input', 'change', 'click', 'pointerup'];
  const watch = async place => {
    const w = watched = {place, before: await look(place), hand: null, eye: null, quiet: performance.now()};
    const count = e => { if (w.eye === null && place.contains(e.target)) w.hand = performance.now(); };
    const sight = () => place.querySelectorAll('img').length + [...place.querySelectorAll('img')].map(e => e.src).join() + texts(place);
    let last = sight();
    const observer = new MutationObserver(() => {
      const now = performance.now(), next = sight();
      w.quiet = now;
      if (next !== last) { last = next; if (w.hand !== null) w.eye = now; }
    });
    EVENTS.forEach(name => document.addEventListener(name, count, true));
    observer.observe(place, {subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ['src']});
    w.end = () => { observer.disconnect(); EVENTS.forEach(name => document.removeEventListener(name, count, true)); };
  };
  const settled = wait => {
    const now = performance.now();
    return idle() && !working(watched.place) && now - Math.max(watched.quiet, watched.hand || 0) > (watched.eye === null ? wait : 300);
  };
  const seen = async () => {
    const w = watched;
    w.end();
    return (await look(w.place)) === w.before ? null : Math.max(0, w.eye - w.hand);
  };
  return {panel, idle, busy, runAll, complaints, blanks, list, look, watch, settled, seen};
})();
