'use strict';
(() => {
  const tip = document.getElementById('tip');
  const data = JSON.parse(document.getElementById('data').textContent);

  // Titles become tips of our own: at once, in the page's style, and for the keyboard too.
  const show = (mark, x, y) => {
    tip.textContent = mark.dataset.tip;
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    const left = Math.min(Math.max(8, x + 14), innerWidth - box.width - 8);
    const top = y + 18 + box.height > innerHeight ? y - box.height - 12 : y + 18;
    tip.style.left = left + 'px';
    tip.style.top = Math.max(8, top) + 'px';
  };
  const hide = () => { tip.hidden = true; };
  for (const svg of document.querySelectorAll('svg')) {
    const marks = [...svg.querySelectorAll('.mark')];
    marks.forEach((mark, i) => {
      const title = mark.querySelector('title');
      mark.dataset.tip = title.textContent;
      mark.setAttribute('aria-label', title.textContent);
      mark.setAttribute('role', 'img');
      mark.setAttribute('tabindex', i === 0 ? '0' : '-1');
      title.remove();
    });

    // One stop of the Tab key per chart; arrows go from mark to mark.
    svg.addEventListener('keydown', e => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[e.key];
      const at = marks.indexOf(document.activeElement);
      const next = e.key === 'Home' ? 0 : e.key === 'End' ? marks.length - 1 : step ? at + step : -1;
      if (e.key === 'Escape') hide();
      if (at < 0 || next < 0 || next >= marks.length) return;
      e.preventDefault();
      marks[at].setAttribute('tabindex', '-1');
      marks[next].setAttribute('tabindex', '0');
      marks[next].focus();
    });
    svg.addEventListener('focusin', e => {
      if (!e.target.dataset.tip) return;
      const box = e.target.getBoundingClientRect();
      show(e.target, box.left + box.width / 2, box.bottom - 10);
    });
    svg.addEventListener('focusout', hide);
    svg.addEventListener('pointermove', e => e.target.dataset.tip ? show(e.target, e.clientX, e.clientY) : hide());
    svg.addEventListener('pointerdown', e => { if (e.target.dataset.tip) show(e.target, e.clientX, e.clientY); });
    svg.addEventListener('pointerleave', hide);
  }
  addEventListener('scroll', hide, { passive: true });

  const cell = value => {
    const text = value === null ? '' : String(value);
    return /[",\n\r]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  };
  for (const button of document.querySelectorAll('.csv')) {
    button.hidden = false;
    button.title = 'Download the data of this chart';
    button.addEventListener('click', () => {
      const chart = data[button.dataset.chart];
      const lines = [chart.columns, ...chart.rows].map(row => row.map(cell).join(','));
      const link = document.createElement('a');
      link.href = URL.createObjectURL(new Blob([lines.join('\n') + '\n'], { type: 'text/csv' }));
      link.download = button.dataset.chart + '.csv';
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000); // a busy machine may take its time
    });
  }

  // What the reader chose outlives the page where the browser lets it.
  const theme = document.getElementById('theme');
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const isDark = () => (root.dataset.theme || (system.matches ? 'dark' : 'light')) === 'dark';
  const label = () => { theme.textContent = isDark() ? 'Light' : 'Dark'; };
  try { if (localStorage.accelTheme) root.dataset.theme = localStorage.accelTheme; } catch { /* a page from disk may have no storage */ }
  theme.hidden = false;
  theme.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    try { localStorage.accelTheme = root.dataset.theme; } catch { /* as above */ }
    label();
  });
  system.addEventListener('change', label);
  label();
})();
