// Functions that run inside of pages. Each stands alone: the browser gets its text, not what is around it.

/** Opens what is folded, so that it is judged too. */
export function uncover() {
  for (const one of document.querySelectorAll('details')) one.open = true;
}

/** What the page is made of. */
export function facts() {
  const links = [...document.links];
  const here = (href) => href.split('#')[0] === location.href.split('#')[0];
  const nowhere = links
    .filter(
      ({ href, hash }) =>
        here(href) && !['', '#top'].includes(hash) && !document.getElementById(decodeURIComponent(hash.slice(1))),
    )
    .map(({ href }) => href);
  const forms = [...document.forms]
    .filter(({ method }) => method === 'get')
    .map((form) => ({
      action: form.action,
      fields: [...new FormData(form)],
      texts: [...form.elements]
        .filter(({ type, name }) => name && (type === 'text' || type === 'search'))
        .map(({ name }) => name),
    }));
  return {
    h1: [...document.querySelectorAll('h1')].map((one) => one.innerText.trim()),
    title: document.title,
    lang: document.documentElement.lang,
    mains: document.querySelectorAll('main, [role=main]').length,
    text: `${document.title}\n${document.body.innerText}`,
    links: links.map(({ href, origin }) => ({ href, origin })),
    nowhere,
    forms,
  };
}

/** By how much the page is wider than its window, and by which element. */
export function overflow() {
  const over = document.documentElement.scrollWidth - innerWidth;
  let widest = '';
  if (over > 0) {
    // What scrolls within another element does not widen the page.
    const scrolls = (one) =>
      one !== document.body && (getComputedStyle(one).overflowX !== 'visible' || scrolls(one.parentElement));
    let most = innerWidth;
    for (const one of document.body.querySelectorAll('*')) {
      const right = one.getBoundingClientRect().right + scrollX;
      // The innermost of those that reach as far comes last.
      if (right > innerWidth && right >= most && !scrolls(one.parentElement)) [most, widest] = [right, one.outerHTML];
    }
  }
  return { over, widest: widest.slice(0, 300) };
}

/** What has the focus, and whether it is a link to the main part that can be seen. */
export function focused() {
  const one = document.activeElement;
  const fragment = one instanceof HTMLAnchorElement && (one.getAttribute('href') ?? '').startsWith('#');
  const main = document.querySelector('main, [role=main]');
  const target = fragment && document.getElementById(decodeURIComponent(one.hash.slice(1)));
  const { left, top, right, bottom, width, height } = one.getBoundingClientRect();
  return {
    what: one.outerHTML.slice(0, 200),
    fragment,
    leads: Boolean(target && main && (main.contains(target) || target.contains(main))),
    seen: width > 1 && height > 1 && left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight,
  };
}
