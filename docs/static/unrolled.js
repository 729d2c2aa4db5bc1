// Panels and questions of a lesson's page. A panel's pictures were recorded: the data beside it says which there are.
(() => {
  const FOLDER = '../_static/panels/';

  const panel = node => {
    const data = JSON.parse(node.querySelector('script').textContent);
    const controls = [...node.querySelectorAll('[data-control]')];
    const [picture, sentence, moved, error] = ['picture', 'sentence', 'moved', 'error']
      .map(name => node.querySelector(`.unrolled-${name}`));
    const at = control => control.type === 'checkbox' ? Number(control.checked)
      : control.type === 'range' ? Number(control.value) : control.selectedIndex;
    const put = (control, place) => {
      if (control.type === 'checkbox') control.checked = place === 1;
      else if (control.type === 'range') control.value = place;
      else control.selectedIndex = place;
    };
    const tell = () => controls.forEach((control, k) => {
      if (control.type !== 'range') return;
      control.parentElement.querySelector('output').textContent = data.labels[k][at(control)];
      control.setAttribute('aria-valuetext', data.labels[k][at(control)]);
    });
    let shown = [...data.starts];
    let wanted = picture.getAttribute('src');
    const fetched = new Map();
    const fetch = source => {
      if (!fetched.has(source)) {
        const image = new Image();
        image.src = source;
        fetched.set(source, image);
      }
      return fetched.get(source);
    };
    const shot = places => data.shots[places.join()];
    // The pictures one step away are fetched before they are asked for.
    const ahead = k => {
      const places = controls.map(at);
      for (const step of [-1, 1]) {
        const next = data.all ? [...places] : [...data.starts];
        next[k] = places[k] + step;
        const found = shot(next);
        if (found && found[0]) fetch(FOLDER + found[0]);
      }
    };
    const change = k => {
      const back = [];
      if (!data.all) controls.forEach((control, j) => {
        if (j !== k && at(control) !== data.starts[j]) {
          put(control, data.starts[j]);
          back.push(`${data.names[j]} is back at ${data.labels[j][data.starts[j]]}`);
        }
      });
      tell();
      shown = controls.map(at);
      moved.textContent = back.length ? `${back.join(', ')}.` : '';
      const [name, words] = shot(controls.map(at));
      if (name === null) {  // the function raised: the last picture stays, as in JupyterLab
        error.textContent = `✗ ${words} The last picture stays.`;
        return;
      }
      error.textContent = '';
      sentence.innerHTML = words;
      wanted = FOLDER + name;
      const image = fetch(wanted);
      image.decode().catch(() => 0).then(() => {
        if (wanted === FOLDER + name) picture.src = wanted;  // the last change wins
      });
      ahead(k);
    };
    controls.forEach((control, k) => {
      control.addEventListener('input', () => change(k));
      for (const event of ['focus', 'pointerenter']) control.addEventListener(event, () => ahead(k));
    });
    // A browser may put back what was chosen before, on a reload at once, on a return after this script.
    const settle = () => {
      controls.forEach((control, k) => put(control, shown[k]));
      tell();
    };
    settle();
    addEventListener('pageshow', settle);
  };

  const quiz = node => {
    const answers = JSON.parse(node.querySelector('script').textContent);
    const feedback = node.querySelector('.unrolled-feedback');
    const options = [...node.querySelectorAll('input')];
    let chosen = -1;
    const settle = () => options.forEach((option, k) => { option.checked = k === chosen; });
    settle();
    addEventListener('pageshow', settle);
    options.forEach((option, k) => {
      option.addEventListener('change', () => {
        chosen = k;
        const [right, why] = answers[k];
        feedback.innerHTML = `<b class="unrolled-${right ? 'right' : 'wrong'}">${right ? '✓ Right.' : '✗ Not yet.'}</b> ${why}`;
      });
    });
  };

  // What scrolls sideways must be reached by keys.
  const reach = () => document.querySelectorAll('.bd-article table, .bd-article pre').forEach(node => {
    if (node.scrollWidth > node.clientWidth) node.tabIndex = 0;
  });
  addEventListener('load', reach);
  addEventListener('resize', reach);

  document.querySelectorAll('.unrolled-panel').forEach(panel);
  document.querySelectorAll('.unrolled-quiz').forEach(quiz);
})();
