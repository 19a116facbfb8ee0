// Conversations that this browser keeps, for the person who uses it: list, open, delete. The server keeps none of them.
(() => {
	"use strict";

	const MOST = 50; // conversations
	const ROOM = 3_000_000; // characters of all of them; browsers give a page about five million
	let owner = "";
	let current = null; // the id of the conversation on the page
	let wanted = ""; // the conversation that is being opened
	let ready = false; // whether it is known whose conversations they are

	const prefix = () => `case-qa/${owner}/`;
	const session = () => `case-qa-current/${owner}`;
	// A browser may refuse all of this; the page works without.
	const attempt = (work, otherwise) => {
		try {
			return work();
		} catch {
			return otherwise;
		}
	};
	const read = (key) => attempt(() => JSON.parse(localStorage.getItem(key)), null);
	const all = () => attempt(() => {
		const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix()));
		const found = keys.map((key) => ({ key, ...read(key) })).filter((one) => typeof one.text === "string");
		return found.sort((one, other) => other.time - one.time);
	}, []);
	const remember = (id) => {
		current = id;
		attempt(() => (id ? sessionStorage.setItem(session(), id) : sessionStorage.removeItem(session())));
	};
	const say = (text) => {
		document.querySelector(".said")?.remove();
		const said = Object.assign(document.createElement("div"), { className: "said", textContent: text });
		said.setAttribute("role", "status");
		document.body.append(said);
		setTimeout(() => said.remove(), 4000);
	};

	// Older conversations go until the others fit.
	const makeRoom = (size) => {
		const others = all().filter((one) => one.key !== prefix() + current);
		let kept = size;
		others.forEach((one, place) => {
			kept += one.text.length;
			if (place + 1 >= MOST || kept > ROOM) localStorage.removeItem(one.key);
		});
	};
	const store = (value) => {
		for (;;) {
			try {
				localStorage.setItem(prefix() + current, value);
				return true;
			} catch {
				const oldest = all().filter((one) => one.key !== prefix() + current).pop();
				if (!oldest) return false;
				localStorage.removeItem(oldest.key);
			}
		}
	};
	const keep = (text) => {
		if (!text || !ready) return;
		const turns = attempt(() => JSON.parse(text).turns, []);
		if (!turns.length) return;
		if (!current) remember(`${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`);
		const before = read(prefix() + current);
		const title = (before?.title || turns[0].question).slice(0, 200);
		const kept = attempt(() => {
			makeRoom(text.length);
			return store(JSON.stringify({ time: Date.now(), title, count: turns.length, text }));
		}, false);
		if (!kept) say("浏览器存不下历史对话，刷新网页后这段对话不会保留");
	};
	const begin = (name) => {
		owner = name;
		ready = true;
		const id = attempt(() => sessionStorage.getItem(session()), null);
		const kept = id ? read(prefix() + id) : null;
		remember(kept ? id : null);
		if (!kept?.text) return;
		wanted = kept.text;
		document.getElementById("reopen")?.click();
	};
	window.caseHistory = { begin, keep, leave: () => remember(null), chosen: () => wanted, ready: () => ready };

	const make = (tag, properties = {}, ...children) => {
		const element = Object.assign(document.createElement(tag), properties);
		element.append(...children);
		return element;
	};
	const day = (time) => new Date(time).toLocaleString("zh-CN", { year: "numeric", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
	const erase = (keys) => {
		for (const key of keys) attempt(() => localStorage.removeItem(key));
		if (keys.includes(prefix() + current)) document.getElementById("clear")?.click();
	};
	// What cannot be taken back wants a second click.
	const sure = (button, question, work) => button.addEventListener("click", () => {
		if (button.dataset.sure) return work();
		button.dataset.sure = "yes";
		button.textContent = question;
		return undefined;
	});

	const row = (one, dialog) => {
		const open = make("button", { type: "button", className: "open" }, make("span", { className: "title", textContent: one.title }), make("span", { className: "hint", textContent: `${day(one.time)}，${one.count} 个问题` }));
		open.addEventListener("click", () => {
			wanted = one.text;
			remember(one.key.slice(prefix().length));
			dialog.close();
			document.getElementById("reopen")?.click();
		});
		const remove = make("button", { type: "button", textContent: "删除" });
		remove.setAttribute("aria-label", `删除：${one.title}`);
		const item = make("li", {}, open, remove);
		if (one.key === prefix() + current) open.setAttribute("aria-current", "true");
		remove.addEventListener("click", () => {
			const next = item.nextElementSibling ?? item.previousElementSibling;
			erase([one.key]);
			item.remove();
			(next?.querySelector("button") ?? dialog.querySelector(".close")).focus();
			if (!next) fill(dialog);
		});
		return item;
	};
	const fill = (dialog) => {
		const kept = all();
		const where = "历史对话只保存在这个浏览器里，不留在服务器上。公用的电脑请在离开前删除；清除浏览数据后就没有了。";
		const close = make("button", { type: "button", className: "close", textContent: "关闭" });
		close.addEventListener("click", () => dialog.close());
		const buttons = make("p", { className: "buttons" }, close);
		const list = kept.length ? make("ul", {}, ...kept.map((one) => row(one, dialog))) : make("p", { textContent: "还没有历史对话" });
		if (kept.length) {
			const wipe = make("button", { type: "button", textContent: "全部删除" });
			sure(wipe, "确定全部删除", () => {
				erase(all().map((one) => one.key));
				fill(dialog);
				dialog.querySelector(".close").focus();
			});
			buttons.append(wipe);
		}
		const heading = make("h2", { id: "history-title", textContent: "历史对话" });
		dialog.replaceChildren(heading, list, make("p", { className: "hint", textContent: where }), buttons);
	};
	document.addEventListener("click", (event) => {
		if (!(event.target instanceof Element && event.target.closest('[data-tool="history"]'))) return;
		const dialog = make("dialog", { className: "form history" });
		dialog.setAttribute("aria-labelledby", "history-title");
		dialog.addEventListener("close", () => dialog.remove());
		fill(dialog);
		document.body.append(dialog);
		dialog.showModal();
	});
})();
