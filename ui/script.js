// Runs before Gradio's own scripts; asks nothing of any server.
(() => {
	"use strict";

	// Gradio picks its language from the browser; the page is Chinese whatever the browser speaks.
	for (const [name, value] of [["language", "zh-CN"], ["languages", ["zh-CN", "zh"]]]) {
		Object.defineProperty(Navigator.prototype, name, { get: () => value, configurable: true });
	}

	// Words of Gradio that its Chinese translation leaves out.
	const WORDS = new Map([
		["chatbot conversation", "对话"],
		["Chatbot", "对话"],
		["chatbot", "对话"],
		["Loading response", "正在查找案例"],
		["Scroll down", "到最下面"],
		["Scroll to bottom", "到最下面"],
		["Error", "出错了"],
		["Warning", "提示"],
		["Info", "提示"],
		["Close", "关闭"],
		["Copy", "复制"],
		["Copied", "已复制"],
		["More tabs", "更多栏目"],
	]);
	const LOST = "与程序的连接断了，正在重新连接。如果一直连不上，请确认程序还在运行，再刷新网页";
	const BUSY = "现在提问的人太多，请稍后再试";
	const SENTENCES = [
		["Connection", LOST],
		["Could not", LOST],
		["Lost connection", LOST],
		["Queue is full", BUSY],
		["This application is currently busy", BUSY],
	];
	const ATTRIBUTES = ["aria-label", "title", "placeholder", "alt"];

	const translate = (element) => {
		for (const name of ATTRIBUTES) {
			const word = WORDS.get(element.getAttribute(name)?.trim());
			if (word) element.setAttribute(name, word);
		}
		// Gradio reads a message out as raw Markdown behind an English label; its content says it better.
		const label = element.getAttribute("aria-label") ?? "";
		if (element.matches(".options:not([role])")) {
			element.setAttribute("role", "group");
			element.setAttribute("aria-label", "接着问");
		}
		if (/^(?:user|bot)'s message/.test(label)) element.setAttribute("aria-label", label[0] === "u" ? "提问" : "回答");
	};
	const translateAll = (root) => {
		translate(root);
		for (const element of root.querySelectorAll([".options", ...ATTRIBUTES.map((name) => `[${name}]`)].join())) translate(element);
		for (const element of root.querySelectorAll('[class*="toast"] *')) {
			const text = element.childElementCount ? "" : element.textContent.trim();
			const word = WORDS.get(text) ?? SENTENCES.find(([beginning]) => text.startsWith(beginning))?.[1];
			if (word) element.textContent = word;
		}
	};
	new MutationObserver((changes) => {
		for (const change of changes) {
			if (change.type === "attributes") translate(change.target);
			for (const node of change.addedNodes) if (node instanceof Element) translateAll(node);
		}
	}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ATTRIBUTES });

	// A new question goes to the top of the conversation, so that its answer is read from the beginning.
	let questions = 0;
	let following = false;
	const follow = () => {
		const rows = document.querySelectorAll("#chat .user-row");
		if (rows.length > questions) following = true;
		questions = rows.length;
		if (!following || !rows.length) return;
		const row = rows[rows.length - 1];
		// Which frame scrolls depends on the width of the page.
		for (let frame = row; frame && frame.id !== "main"; frame = frame.parentElement) {
			if (frame.scrollHeight > frame.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(frame).overflowY)) {
				frame.scrollTop += row.getBoundingClientRect().top - frame.getBoundingClientRect().top - 8;
				return;
			}
		}
	};
	for (const kind of ["wheel", "touchmove", "mousedown", "keydown"]) {
		document.addEventListener(kind, () => { following = false; }, { capture: true, passive: true });
	}
	new MutationObserver(follow).observe(document, { subtree: true, childList: true });

	const show = (target) => {
		for (let outer = target; outer; outer = outer.parentElement?.closest("details.turn")) {
			if (outer.matches("details.turn")) outer.open = true;
		}
		const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
		target.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
		target.setAttribute("tabindex", "-1");
		target.focus({ preventScroll: true });
		target.classList.remove("flash");
		void target.offsetWidth; // starts the animation again
		target.classList.add("flash");
		setTimeout(() => target.classList.remove("flash"), 2000);
	};

	const say = (text) => {
		document.querySelector(".said")?.remove();
		const said = document.createElement("div");
		said.className = "said";
		said.setAttribute("role", "status");
		said.textContent = text;
		document.body.append(said);
		setTimeout(() => said.remove(), 2000);
	};

	const escaped = (text) => Object.assign(document.createElement("p"), { textContent: text }).innerHTML;
	// The same lines for programs that paste layout: those with tabs are the rows of a table.
	const pasted = (text) => {
		let table = false;
		const lines = text.split("\n").map((line) => {
			const begins = line.includes("\t") && !table;
			const ends = table && !line.includes("\t");
			table = line.includes("\t");
			const cells = line.split("\t").map((cell) => (begins ? `<th>${escaped(cell)}</th>` : `<td>${escaped(cell)}</td>`));
			const shown = table ? `<tr>${cells.join("")}</tr>` : line && `<p>${escaped(line)}</p>`;
			return `${ends ? "</table>" : ""}${begins ? '<table border="1">' : ""}${shown}`;
		});
		return lines.join("") + (table ? "</table>" : "");
	};
	// The old command, because over plain http from another machine there is no clipboard object.
	const copy = (text) => {
		document.addEventListener("copy", (event) => {
			event.clipboardData.setData("text/plain", text);
			event.clipboardData.setData("text/html", pasted(text));
			event.preventDefault();
			event.stopPropagation();
		}, { once: true, capture: true });
		say(document.execCommand("copy") ? "已复制回答和来源" : "浏览器不允许复制，请选中文字后按 Ctrl+C");
	};

	document.addEventListener("click", (event) => {
		const link = event.target instanceof Element ? event.target.closest('a[href*="#"]') : null;
		const anchor = link?.getAttribute("href").split("#").pop() ?? "";
		const copied = /^copy-(\d+)$/.exec(anchor);
		if (!copied && !/^(?:[sh]-\d+-\d+|t-\d+|chat)$/.test(anchor)) return;
		event.preventDefault();
		event.stopPropagation();
		const target = document.getElementById(copied ? `t-${copied[1]}` : anchor);
		if (!target) say("这条回答的来源已经不在页面上，请再问一次");
		else if (copied) copy(target.dataset.copy);
		else show(target);
	}, true);

	// A suggestion goes when it is chosen, and would take the keyboard's place on the page with it.
	document.addEventListener("click", (event) => {
		const chosen = event.target instanceof Element && event.target.closest("#chat .options button");
		if (chosen && matchMedia("(pointer: fine)").matches) document.querySelector("#question textarea")?.focus();
	});
	document.addEventListener("keydown", (event) => {
		if (event.key === "Escape" && !event.isComposing && !document.querySelector("dialog[open], details.files[open]")) document.querySelector("#stop")?.click();
	});

	// While Chinese is being composed, Enter chooses characters and must not send the question.
	for (const kind of ["keydown", "keypress"]) {
		document.addEventListener(kind, (event) => {
			if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
		}, true);
	}
})();
