"""What mail clients write around a mail in many languages: header labels, verbs, marker lines, subject prefixes.

Data only. Everything is lower case (`str.casefold`) unless said otherwise; languages are ISO 639-1.
"""

from __future__ import annotations

from typing import Final

# Labels of the header block that Outlook and others put above a quoted or forwarded mail, by language.
# Kinds: from, date, to, cc, bcc, subject, reply_to. A label means the same kind in every language that has it.
HEADER_LABELS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "en": {
        "from": ("From", "Sender"),
        "date": ("Sent", "Date", "Sent on", "Date sent", "Sent at"),
        "to": ("To", "Recipient", "Recipients", "Sent to"),
        "cc": ("Cc", "Copy"),
        "bcc": ("Bcc",),
        "subject": ("Subject", "Re", "Title"),
        "reply_to": ("Reply-To", "Reply to"),
    },
    "sv": {
        "from": ("Från", "Avsändare"),
        "date": ("Skickat", "Datum", "Skickades", "Skickad"),
        "to": ("Till", "Mottagare"),
        "cc": ("Kopia", "Kopia till"),
        "bcc": ("Hemlig kopia", "Dold kopia"),
        "subject": ("Ämne", "Ärende", "Rubrik"),
        "reply_to": ("Svar till", "Svara till"),
    },
    "nb": {
        "from": ("Fra", "Frå", "Avsender"),
        "date": ("Sendt", "Dato"),
        "to": ("Til", "Mottaker"),
        "cc": ("Kopi", "Kopi til"),
        "bcc": ("Blindkopi",),
        "subject": ("Emne", "Tema"),
        "reply_to": ("Svar til",),
    },
    "da": {
        "from": ("Fra", "Afsender"),
        "date": ("Sendt", "Dato"),
        "to": ("Til", "Modtager"),
        "cc": ("Kopi",),
        "subject": ("Emne",),
    },
    "id": {"from": ("Dari", "Daripada"), "date": ("Tanggal", "Tarikh"), "to": ("Kepada",), "cc": ("Cc",), "subject": ("Subjek", "Perihal")},
    "vi": {"from": ("Từ",), "date": ("Ngày", "Đã gửi"), "to": ("Đến", "Tới"), "cc": ("Cc",), "subject": ("Chủ đề",)},
    "sr": {"from": ("Од",), "date": ("Послато", "Датум"), "to": ("За", "Коме"), "cc": ("Копија",), "subject": ("Тема", "Наслов")},
    "fi": {
        "from": ("Lähettäjä",),
        "date": ("Lähetetty", "Päivämäärä", "Päiväys", "Pvm"),
        "to": ("Vastaanottaja", "Vastaanottajat", "Saaja"),
        "cc": ("Kopio",),
        "subject": ("Aihe",),
        "reply_to": ("Vastausosoite", "Vastaa"),
    },
    "is": {"from": ("Frá",), "date": ("Sent", "Dagsetning"), "to": ("Til",), "cc": ("Afrit",), "subject": ("Efni",)},
    "de": {
        "from": ("Von", "Absender"),
        "date": ("Gesendet", "Datum", "Gesendet am"),
        "to": ("An", "Empfänger"),
        "cc": ("Kopie", "Kopie an"),
        "bcc": ("Blindkopie",),
        "subject": ("Betreff", "Betr"),
        "reply_to": ("Antwort an", "Antwort-an"),
    },
    "fr": {
        "from": ("De", "Expéditeur", "De la part de"),
        "date": ("Envoyé", "Envoyé le", "Date", "Date d'envoi", "Message du", "Le"),
        "to": ("À", "Pour", "Destinataire"),
        "cc": ("Copie à", "Copie"),
        "bcc": ("Cci",),
        "subject": ("Objet", "Sujet"),
        "reply_to": ("Répondre à",),
    },
    "es": {
        "from": ("De", "Remitente", "Desde"),
        "date": ("Enviado", "Enviado el", "Enviada", "Enviado en", "Fecha", "Enviados"),
        "to": ("Para", "Destinatario"),
        "cc": ("CC", "Con copia"),
        "bcc": ("CCO",),
        "subject": ("Asunto",),
        "reply_to": ("Responder a",),
    },
    "pt": {
        "from": ("De", "Remetente"),
        "date": ("Enviado", "Enviada", "Enviada em", "Enviado em", "Data"),
        "to": ("Para", "Destinatário"),
        "cc": ("Cc",),
        "subject": ("Assunto",),
        "reply_to": ("Responder a", "Responder para", "Responder-A"),
    },
    "it": {
        "from": ("Da", "Mittente"),
        "date": ("Inviato", "Data", "Inviato il", "Data invio"),
        "to": ("A", "Destinatario"),
        "cc": ("Cc", "Copia"),
        "bcc": ("Ccn",),
        "subject": ("Oggetto",),
        "reply_to": ("Rispondi a",),
    },
    "nl": {
        "from": ("Van", "Afzender"),
        "date": ("Verzonden", "Datum", "Verstuurd", "Verzonden op"),
        "to": ("Aan", "Naar"),
        "cc": ("Kopie", "CC"),
        "subject": ("Onderwerp", "Betreft"),
        "reply_to": ("Antwoord aan",),
    },
    "pl": {
        "from": ("Od", "Nadawca"),
        "date": ("Wysłano", "Data", "Wysłany", "Wysłana"),
        "to": ("Do", "Adresat"),
        "cc": ("DW", "Do wiadomości", "Kopia"),
        "bcc": ("UDW",),
        "subject": ("Temat",),
        "reply_to": ("Odpowiedź do", "Odpowiedz do"),
    },
    "cs": {
        "from": ("Od", "Odesílatel"),
        "date": ("Odesláno", "Datum", "Odeslané", "Odeslána"),
        "to": ("Komu", "Příjemce", "Adresát"),
        "cc": ("Kopie",),
        "bcc": ("Skrytá kopie",),
        "subject": ("Předmět",),
        "reply_to": ("Odpověď", "Odpovědět na"),
    },
    "sk": {
        "from": ("Od", "Odosielateľ"),
        "date": ("Odoslané", "Dátum", "Odoslaná"),
        "to": ("Komu", "Pre", "Príjemca"),
        "cc": ("Kópia",),
        "subject": ("Predmet",),
        "reply_to": ("Odpovedať komu", "Odpoveď"),
    },
    "hr": {
        "from": ("Od", "Šalje", "Pošiljatelj"),
        "date": ("Poslano", "Datum", "Poslato", "Datum slanja"),
        "to": ("Prima", "Za", "Primatelj", "Kome"),
        "cc": ("Kopija", "Kp"),
        "subject": ("Predmet", "Tema", "Naslov"),
        "reply_to": ("Odgovori na", "Odgovor na"),
    },
    "sl": {"from": ("Od", "Pošiljatelj"), "date": ("Poslano",), "to": ("Za",), "cc": ("Kp",), "subject": ("Zadeva",)},
    "hu": {
        "from": ("Feladó", "Küldő"),
        "date": ("Elküldve", "Dátum", "Küldve", "Küldés ideje", "Küldési idő"),
        "to": ("Címzett", "Címzettek"),
        "cc": ("Másolatot kap", "Másolat"),
        "bcc": ("Titkos másolat",),
        "subject": ("Tárgy",),
        "reply_to": ("Válaszcím",),
    },
    "ro": {
        "from": ("De la", "Expeditorul", "Expeditor", "De"),
        "date": ("Trimis", "Data", "Dată", "Trimis la"),
        "to": ("Către", "Catre", "Destinatarul", "Destinatar", "Către"),
        "cc": ("Cc",),
        "subject": ("Subiect", "Subiectul"),
        "reply_to": ("Răspuns către", "Răspundeți la"),
    },
    "ru": {
        "from": ("От", "Отправитель", "От кого"),
        "date": ("Отправлено", "Дата", "Отправлен"),
        "to": ("Кому", "Получатель"),
        "cc": ("Копия",),
        "bcc": ("Скрытая копия",),
        "subject": ("Тема",),
        "reply_to": ("Ответить", "Кому ответить", "Обратный адрес"),
    },
    "uk": {
        "from": ("Від", "Відправник", "Від кого"),
        "date": ("Надіслано", "Дата", "Відправлено"),
        "to": ("Кому", "Одержувач", "До"),
        "cc": ("Копія",),
        "subject": ("Тема",),
        "reply_to": ("Відповісти", "Кому відповісти"),
    },
    "bg": {"from": ("От",), "date": ("Изпратено", "Дата"), "to": ("До",), "cc": ("Копие",), "subject": ("Относно", "Тема")},
    "tr": {
        "from": ("Kimden", "Gönderen"),
        "date": ("Gönderildi", "Tarih", "Gönderme Tarihi", "Gönderilme Tarihi"),
        "to": ("Kime", "Alıcı"),
        "cc": ("Bilgi", "Kopya"),
        "subject": ("Konu",),
        "reply_to": ("Yanıt Adresi", "Yanıtla"),
    },
    "et": {"from": ("Saatja", "Kellelt"), "date": ("Saadetud", "Kuupäev"), "to": ("Adressaat", "Kellele", "Saaja"), "cc": ("Koopia",), "subject": ("Teema",)},
    "lv": {"from": ("No", "Sūtītājs"), "date": ("Nosūtīts", "Datums"), "to": ("Kam", "Adresāts"), "subject": ("Temats", "Tēma")},
    "lt": {"from": ("Nuo", "Siuntėjas"), "date": ("Išsiųsta", "Data"), "to": ("Kam", "Gavėjas"), "cc": ("Kopija",), "subject": ("Tema",)},
    "el": {"from": ("Από",), "date": ("Στάλθηκε", "Ημερομηνία", "Αποστολή"), "to": ("Προς",), "cc": ("Κοιν", "Κοινοποίηση"), "subject": ("Θέμα",)},
    "ja": {"from": ("差出人", "送信者"), "date": ("送信日時", "日付", "日時", "送信"), "to": ("宛先",), "cc": ("CC",), "subject": ("件名",)},
    "zh": {
        "from": ("发件人", "寄件者", "寄件人", "发信人"),
        "date": ("发送时间", "日期", "寄件日期", "傳送時間", "发送日期", "時間", "时间"),
        "to": ("收件人", "收件者"),
        "cc": ("抄送", "副本"),
        "subject": ("主题", "主旨", "主題"),
    },
    "ko": {"from": ("보낸 사람", "보낸사람"), "date": ("보낸 날짜", "날짜", "보낸 시간"), "to": ("받는 사람", "받는사람"), "cc": ("참조",), "subject": ("제목",)},
    "ar": {"from": ("من",), "date": ("تاريخ الإرسال", "التاريخ", "تم الإرسال"), "to": ("إلى",), "cc": ("نسخة",), "subject": ("الموضوع",)},
    "he": {"from": ("מאת",), "date": ("נשלח", "תאריך"), "to": ("אל",), "cc": ("עותק",), "subject": ("נושא",)},
}  # fmt: skip

# "On … wrote:": a word of one of these stands in the line (or right before the colon).
ATTRIBUTION_VERBS: Final[tuple[str, ...]] = (
    "wrote", "writes", "said", "has written", "skrev", "skriver", "skreiv", "har skrivit", "har skrevet", "kirjoitti", "skrifaði",
    "schrieb", "schreibt", "hat geschrieben", "geschrieben", "a écrit", "écrit", "a ecrit", "escribió", "escribio", "ha escrito", "escrito",
    "ha scritto", "scrive", "scrisse", "escreveu", "schreef", "geschreven", "het volgende geschreven", "napisał", "napisała", "napisał(a)",
    "pisze", "napsal", "napsala", "napsal(a)", "napísal", "napísala", "napísal(a)", "je napisao", "je napisala", "napisao", "napisala", "napisal/-a", "piše", "napisal",
    "je napisao/la", "napisao/la", "ezt írta", "írta", "a scris", "написал", "написала", "написал(а)", "пишет", "пише", "написав", "написала", "написав(ла)", "написа",
    "yazdı", "şunu yazdı", "şunları yazdı", "kirjutas", "rakstīja", "rašė", "parašė", "έγραψε", "写道", "寫道", "님이 작성", "のメッセージ", "が書きました", "כתב", "כתבה", "كتب", "كتابة", "følgende", "menulis", "đã viết", "viết", "va escriure", "ha escrit", "missatge de", "작성", "のメール", "wiadomość napisana", "pisał",
)  # fmt: skip

# How an attribution begins, apart from a date or a weekday.
ATTRIBUTION_LEADS: Final[tuple[str, ...]] = (
    "on ", "at ", "den ", "d. ", "på ", "kl. ", "am ", "um ", "le ", "em ", "el ", "il ", "op ", "dnia ", "w dniu ", "dne ", "dňa ", "dana ", "dne: ", "v ", "în ", "la data ",
    "il giorno ", "il ", "a ", "στισ ", "le:", "quoting ", "citerar ", "zitat von ", "in reply to", "-- on ", "---- on ", "--- on ", "----- on", "w ", "on:", "ב", "في ", "vào ", "kuna ", "em:", "pada ", "missatge de ", "kontakt ", "wiadomość napisana ", "às ", "no dia ", "na ", "на ", "dňa ", "in data ", "þann ", "v dne ", "pe ", "ngày ", "tarihinde ", "在 ",
)  # fmt: skip

# Weekdays and months by their first letters; enough to see a date where there is no digit pattern to see.
WEEKDAYS: Final[tuple[str, ...]] = (
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "mån", "tis", "ons", "tors", "tor", "fre", "lör", "sön", "man", "tir", "lør", "søn", "ma ", "ti ", "ke ", "to ", "pe ", "la ", "su ", "maanantai", "tiistai", "keskiviik", "torstai", "perjantai", "lauantai", "sunnuntai",
    "mo", "di", "mi", "do", "fr", "sa", "so", "lun", "mar", "mer", "jeu", "ven", "sam", "dim", "mié", "mie", "jue", "vie", "sáb", "sab", "dom", "gio", "seg", "ter", "qua", "qui", "sex",
    "woe", "vr", "za ", "zo ", "wo ", "pon", "wt", "śr", "czw", "pt", "sob", "niedz", "po ", "út", "st ", "čt", "pá", "so ", "ne ", "пн", "вт", "ср", "чт", "пт", "сб", "вс", "нд", "понед", "втор", "сред", "четв", "пятн", "субб", "воскр", "pirmd", "otrd", "trešd", "ceturtd", "piektd", "sestd", "svētd", "pazartesi", "perşembe", "hétfő", "kedd", "szerda", "csüt",
)  # fmt: skip

# "-----Original Message-----" without its dashes.
ORIGINAL_MARKERS: Final[tuple[str, ...]] = (
    "original message", "original appointment", "originalmessage", "original mail", "original e-mail", "ursprungligt meddelande", "originalmeddelande", "ursprungligt brev", "ursprungligt mejl", "ursprungligt mail",
    "opprinnelig melding", "opprinneleg melding", "opprinnelig e-post", "original melding", "oprindelig meddelelse", "oprindelig besked", "original meddelelse", "original besked", "oprindelig mail", "alkuperäinen viesti",
    "ursprüngliche nachricht", "original-nachricht", "originalnachricht", "original nachricht", "ursprüngliche e-mail", "urspr. nachricht", "message d'origine", "message d’origine", "message original", "message initial", "mensaje original", "mensaje d'origen",
    "mensagem original", "mensagem de origem", "messaggio originale", "messaggio originario", "oorspronkelijk bericht", "origineel bericht", "oorspronkelijk e-mailbericht", "wiadomość oryginalna", "oryginalna wiadomość", "treść oryginalnej wiadomości",
    "původní zpráva", "pôvodná správa", "izvorna poruka", "originalna poruka", "izvirno sporočilo", "eredeti üzenet", "mesaj original", "mesajul original", "исходное сообщение", "исходное письмо", "оригинальное сообщение", "пересылаемое сообщение",
    "вихідне повідомлення", "оригінальне повідомлення", "özgün ileti", "orijinal mesaj", "orjinal mesaj", "algne kiri", "algne sõnum", "sākotnējā ziņa", "pradinis pranešimas", "αρχικό μήνυμα", "元のメッセージ", "オリジナルメッセージ", "元のメール", "оригинално съобщение", "původní e-mail", "pôvodný e-mail", "missatge original", "oorspronkelijke bericht", "upprunaleg skilaboð", "pesan asli", "thư gốc", "tin nhắn gốc", "ข้อความต้นฉบับ", "הודעה מקורית", "الرسالة الأصلية", "originalna poruka", "исходное сообщение от", "原邮件", "原始信件", "原始訊息", "原文", "原始邮件", "原始郵件", "邮件原件", "원본 메시지",
    "reply message", "reply above this line", "replied message", "svar på meddelande", "previous message", "antwort weiterleiten",
)  # fmt: skip

# Lines that open a forward, without dashes, ">" and colon.
FORWARD_MARKERS: Final[tuple[str, ...]] = (
    "forwarded message", "begin forwarded message", "start of forwarded message", "forwarded mail", "forwarded email", "forwarded letter", "forwarded by", "forwarded conversation", "inline forwarded message",
    "vidarebefordrat meddelande", "vidarebefordrat brev", "vidarebefordrat mejl", "vidarebefordrat mail", "vidarebefordrat e-postmeddelande", "vidarebefordrat av", "vidaresänt meddelande", "vidarebefordrat", "början på vidarebefordrat meddelande", "start på vidarebefordrat meddelande", "påbörja vidarebefordrat meddelande", "börjar vidarebefordrat meddelande",
    "videresendt melding", "videresendt e-post", "videresendt av", "vidaresend melding", "start på videresendt melding", "begynnelsen på videresendt melding", "videresendt besked", "videresendt meddelelse", "videresendt mail", "videresendt e-mail", "videresendt brev", "videresendte meddelelse", "videresendte besked", "videresendt af", "start på videresendt besked", "start på videresendt meddelelse", "start videresendt besked", "begyndelse på videresendt meddelelse",
    "välitetty viesti", "välitetty viesti alkaa", "välitetty viesti / fwd.msg", "edelleenlähetetty viesti alkaa", "edelleenlähetetty viesti", "edelleen lähetetty viesti", "edelleenlähetetty sähköposti", "framsent bréf", "áframsent skeyti",
    "weitergeleitete nachricht", "weitergeleitete mail", "weitergeleitete e-mail", "weitergeleitete nachrichten", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail", "beginn der weitergeleiteten nachricht", "weitergeleitet von", "weitergeleitete message",
    "message transféré", "message transmis", "début du message transféré", "début du message réexpédié", "début du message transmis", "message réexpédié", "message forwardé", "transféré par", "réacheminé par", "e-mail transféré",
    "mensaje reenviado", "inicio del mensaje reenviado", "comienzo del mensaje reenviado", "reenviado por", "correo reenviado", "missatge reenviat",
    "mensagem encaminhada", "mensagem reencaminhada", "início da mensagem encaminhada", "início da mensagem reencaminhada", "começo da mensagem encaminhada", "encaminhado por",
    "messaggio inoltrato", "inizio messaggio inoltrato", "inizio del messaggio inoltrato", "inoltrato da",
    "doorgestuurd bericht", "begin doorgestuurd bericht", "doorgestuurde bericht", "doorgestuurde e-mail", "doorgezonden bericht", "begin van doorgestuurd bericht", "doorgestuurd door",
    "wiadomość przekazana dalej", "przekazana wiadomość", "początek przekazywanej wiadomości", "wiadomość przesłana dalej", "treść przekazanej wiadomości", "przesłana wiadomość", "przekazana wiadomosc", "początek przekazanej wiadomości", "przekazane przez",
    "přeposlaná zpráva", "začátek přeposílané zprávy", "začátek přeposlané zprávy", "předaná zpráva", "přeposlaný e-mail", "preposlaná správa", "začiatok preposlanej správy", "začiatok preposielanej správy", "odovzdaná správa",
    "proslijeđena poruka", "započni proslijeđenu poruku", "početak proslijeđene poruke", "prosljeđena poruka", "proslijeđeno", "prosleđena poruka", "posredovano sporočilo", "začetek posredovanega sporočila", "prosleđena poruka", "proslijeđeni e-mail", "prosljeđena e-pošta",
    "továbbított üzenet", "továbbított levél kezdete", "továbbított levél", "továbbított e-mail", "továbbított üzenet kezdete",
    "mesaj redirecționat", "mesaj redirectionat", "începe mesajul redirecționat", "mesaj înaintat", "mesaj retrimis", "mesaj transmis", "începutul mesajului redirecționat",
    "переадресованное сообщение", "начало переадресованного сообщения", "пересланное сообщение", "пересылаемое сообщение", "перенаправленное сообщение", "начало пересылаемого сообщения", "пересланное письмо", "начало пересланного сообщения", "конец пересылаемого сообщения",
    "переслане повідомлення", "початок листа, що пересилається", "переадресоване повідомлення", "пересланий лист", "початок переадресованого повідомлення", "лист, що пересилається", "перенаправлене повідомлення", "початок перенаправленого повідомлення", "препратено съобщение", "начало на препратеното съобщение", "препратен имейл",
    "iletilmiş mesaj", "iletilen mesaj", "yönlendirilmiş ileti", "iletilen ileti", "iletilen ileti", "ileti başlangıcı", "ileti başlangıcı", "iletilmiş ileti", "iletilen mesaj", "yönlendirilen mesaj", "iletilmiş mesaj",
    "edastatud kiri", "edastatud sõnum", "edastatud kirja algus", "edastatud sõnumi algus", "pārsūtīta ziņa", "pārsūtīts ziņojums", "persiųstas laiškas", "persiųsta žinutė", "προωθημένο μήνυμα", "έναρξη προωθημένου μηνύματος", "αρχή προωθημένου μηνύματος", "μήνυμα που προωθήθηκε",
    "転送されたメッセージ", "転送メッセージ", "メッセージを転送", "転送メール", "転送元のメッセージ", "転送されたメール", "转发的邮件", "转发的消息", "转发的信件", "转发邮件", "下面是被转发的邮件", "被转发邮件信息", "已转发的邮件", "转发消息", "转发邮件信息", "已转发邮件", "轉寄的郵件", "轉寄郵件", "以下是轉寄的郵件", "已轉寄的訊息", "轉寄訊息", "轉寄信件", "開始轉寄郵件", "下面是被轉寄的郵件", "已轉寄的郵件", "전달된 메시지", "전달된 메일", "전달된 편지", "전달 메시지", "전달된 메시지 시작", "הודעה שהועברה", "תחילת הודעה שהועברה", "הודעה מועברת", "رسالة معاد توجيهها", "رسالة مُعاد توجيهها", "الرسالة المُعاد توجيهها", "بدء الرسالة المُعاد توجيهها", "رسالة محولة", "thư chuyển tiếp", "pesan terusan", "pesan yang diteruskan", "ข้อความที่ส่งต่อ", "missatge reenviat", "inici del missatge reenviat", "birtingur póstur", "áframsendur póstur",
)  # fmt: skip

# Prefixes of subjects, without the colon.
REPLY_PREFIXES: Final[tuple[str, ...]] = (
    "re", "sv", "svar", "antw", "antwort", "aw", "rép", "rep", "réf", "réponse", "r", "rif", "res", "resp", "respuesta", "resposta", "odp", "odpowiedź", "vs", "vá", "válasz", "ynt", "yanıt", "cevap", "atb",
    "bls", "qt", "отв", "ответ", "відп", "σχετ", "απ", "απάντηση", "hl", "回复", "答复", "回覆", "返信", "答覆", "回信", "답장", "회신", "رد", "השב", "ad", "kk", "o", "re-", "vast", "at",
)  # fmt: skip
FORWARD_PREFIXES: Final[tuple[str, ...]] = (
    "fw", "fwd", "vb", "vs", "vl", "wg", "wtr", "weitergeleitet", "tr", "rv", "rvv", "renv", "reenv", "enc", "res enc", "i", "inoltro", "inoltra", "fs", "doorst", "doorgestuurd", "pd", "przekazano", "tov", "továbbítás",
    "ilt", "ilt", "ilet", "yönl", "redir", "redirect", "prosl", "proslijeđeno", "vidarebefordrat", "vidarebefordran", "videresendt", "пересл", "переслано", "пд", "πρθ", "προωθ", "转发", "轉寄", "転送", "전달", "العنوان", "הועבר", "trans", "pr", "tlt", "lähetetty edelleen", "fv", "vbf", "fo", "ed", "videresend", "videresendt melding", "lähetetty", "пересылка", "препр", "轉寄", "doorst",
)  # fmt: skip

# Our own lines above which people write, as they begin (templates: operator's marker line). Also those of other help desks.
OWN_MARKERS: Final[tuple[str, ...]] = (
    "det du skriver ovanför den här raden", "det du skriver ovanför denna rad", "det du skriver over denne linjen", "det du skriver over denne linja", "what you write above this line", "everything you write above this line",
)  # fmt: skip
FOREIGN_MARKERS: Final[tuple[str, ...]] = (
    "reply above this line", "please reply above this line", "please type your reply above this line", "please type your reply above this dotted line", "type your response above this line", "write your reply above this line", "reply above the line",
    "svara ovanför denna rad", "svara ovanför den här raden", "svara ovanför denna linje", "skriv ditt svar ovanför denna rad", "skriv ditt svar ovanför den här raden", "vänligen svara ovanför denna rad", "skriv över denna rad", "skriv ovanför denna rad",
    "svar over denne linjen", "skriv svaret ditt over denne linjen", "vennligst svar over denne linjen", "skriv over denne linjen", "svar over denne linje", "besvar venligst over denne linje", "skriv dit svar over denne linje", "skriv venligst dit svar over denne linje",
    "vastaa tämän rivin yläpuolelle", "kirjoita vastauksesi tämän rivin yläpuolelle", "bitte antworten sie oberhalb dieser linie", "bitte geben sie ihre antwort oberhalb dieser zeile ein", "antworten sie über dieser zeile", "antworten sie oberhalb dieser zeile",
    "répondez au-dessus de cette ligne", "veuillez répondre au-dessus de cette ligne", "veuillez saisir votre réponse au-dessus de cette ligne", "responda por encima de esta línea", "escriba su respuesta por encima de esta línea", "responda acima desta linha",
    "gelieve te antwoorden boven deze regel", "typ uw antwoord boven deze regel", "proszę odpowiedzieć powyżej tej linii", "rispondi sopra questa riga",
)  # fmt: skip
