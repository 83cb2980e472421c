"""One key for the spellings of one name, in two scripts, and different keys for different names."""

from __future__ import annotations

import pytest

from bot.language.normalise import normalise
from bot.language.reading.names import name_key
from bot.language.reading.spellings import load

SAME = [
    # One name, spelled by English, French, Egyptian, Sudanese and West African habits.
    ("Mohamed", "محمد"), ("Muhammad", "محمد"), ("Mouhamed", "Mohammed"), ("Mahamat", "محمد"),
    ("Maxamed", "Mohamed"), ("Ahmed", "أحمد"),
    ("Ahmat", "Ahmad"), ("Abdelrahman", "عبد الرحمن"), ("Abd al-Rahman", "عبدالرحمن"), ("Abderrahmane", "Abdul Rahman"),
    ("Abdourahmane", "عبد الرحمن"), ("Abdirahman", "Abdel Rahman"), ("Abdel-Aziz", "عبد العزيز"),
    ("Abdoulaziz", "Abdul Aziz"),
    ("Abdelkarim", "عبد الكريم"), ("Abdoul Karim", "Abdulkareem"), ("Abdallah", "عبد الله"),
    ("Abdoulaye", "عبدالله"), ("Abdullahi", "Abdulla"),
    ("Abdelkader", "عبد القادر"), ("Abdoulkader", "Abdul Qadir"), ("Abdessalam", "عبد السلام"),
    ("Abdulsalam", "Abd el-Salam"),
    ("Abdelatif", "عبد اللطيف"), ("Abdelmalik", "عبد المالك"), ("Abdelhamid", "عبدالحميد"),
    ("Abdulhakim", "عبد الحكيم"),
    ("Abdelmajid", "عبد المجيد"), ("Abdelghani", "عبد الغني"), ("Abdennour", "عبد النور"), ("Abdou", "عبده"),
    ("Ousmane", "عثمان"), ("Osman", "Othman"), ("Usman", "عثمان"), ("Youssef", "يوسف"), ("Yusuf", "Youssouf"),
    ("Yousif", "يوسف"),
    ("Fatima", "فاطمة"), ("Fatma", "Fatima"), ("Fatoumata", "فاطمة"), ("Aïcha", "عائشة"), ("Aisha", "Aicha"),
    ("Aysha", "عايشة"),
    ("Ibrahim", "إبراهيم"), ("Brahim", "Ibrahima"), ("Ibraheem", "ابراهيم"), ("Ismail", "إسماعيل"),
    ("Ismaël", "Smail"), ("Ishaq", "إسحاق"),
    ("Ishag", "Issaka"), ("Yacoub", "يعقوب"), ("Yagoub", "Yakubu"), ("Idriss", "إدريس"), ("Idrissa", "Idris"),
    ("Moussa", "موسى"),
    ("Musa", "Mousa"), ("Issa", "عيسى"), ("Yahya", "يحيى"), ("Yehia", "Yahaya"), ("Zakaria", "زكريا"),
    ("Souleymane", "سليمان"),
    ("Soliman", "Suleiman"), ("Daoud", "داوود"), ("Dauda", "Dawood"), ("Haroun", "هارون"), ("Ayoub", "أيوب"),
    ("Younes", "يونس"),
    ("Adam", "آدم"), ("Adama", "Adam"), ("Abu Bakr", "أبو بكر"), ("Aboubacar", "ابوبكر"),
    ("Abubakar", "Boubacar"), ("Abakar", "أبكر"),
    ("Khalid", "خالد"), ("Khaled", "Khalid"), ("Khalil", "خليل"), ("Khalifa", "خليفة"), ("Khadija", "خديجة"),
    ("Kadiatou", "Khadidja"),
    ("Mariam", "مريم"), ("Mariama", "Maryam"), ("Zeinab", "زينب"), ("Zainab", "Zeynab"), ("Amina", "أمينة"),
    ("Aminatou", "Aminata"),
    ("Amin", "أمين"), ("Salim", "سليم"), ("Saleh", "صالح"), ("Salih", "Saleh"), ("Salah", "صلاح"),
    ("Said", "سعيد"), ("Saïd", "Saeed"),
    ("Saad", "سعد"), ("Sadiq", "صادق"), ("Siddig", "الصديق"), ("Jamal", "جمال"), ("Gamal", "Djamal"),
    ("Jamila", "جميلة"), ("Jibril", "جبريل"),
    ("Djibril", "Gibril"), ("Jaafar", "جعفر"), ("Mustafa", "مصطفى"), ("Moustapha", "Mostafa"),
    ("Murtada", "مرتضى"), ("Mukhtar", "مختار"),
    ("Moctar", "Mokhtar"), ("Mansour", "منصور"), ("Masoud", "مسعود"), ("Mubarak", "مبارك"), ("Mahdi", "مهدي"),
    ("Malik", "مالك"),
    ("Karim", "كريم"), ("Kassem", "قاسم"), ("Gasim", "Qasim"), ("Ramadan", "رمضان"), ("Ramadane", "Ramazan"),
    ("Rachid", "رشيد"),
    ("Tarek", "طارق"), ("Tariq", "Tarig"), ("Taha", "طه"), ("Tahir", "الطاهر"), ("Tayeb", "الطيب"),
    ("El-Tayeb", "Tayyib"),
    ("Hamid", "حميد"), ("Hamza", "حمزة"), ("Hicham", "هشام"), ("Hisham", "Hicham"), ("Haytham", "هيثم"),
    ("Halima", "حليمة"), ("Hawa", "حواء"),
    ("Habib", "حبيب"), ("Fayçal", "فيصل"), ("Faisal", "Faysal"), ("Faraj", "فرج"), ("Farouk", "فاروق"),
    ("Adel", "عادل"), ("Ashraf", "أشرف"),
    ("Achraf", "Ashraf"), ("Anwar", "أنور"), ("Anouar", "Anwar"), ("Ayman", "أيمن"), ("Bashir", "بشير"),
    ("Bachir", "Basheer"), ("Bilal", "بلال"),
    ("Nour Eddine", "نور الدين"), ("Noureddine", "Nur al-Din"), ("Nureldin", "نورالدين"),
    ("Salaheddine", "صلاح الدين"), ("Alaa Eldin", "علاء الدين"),
    ("Nasrallah", "نصر الله"), ("Nasser", "ناصر"), ("Walid", "وليد"), ("Oualid", "Waleed"), ("Wael", "وائل"),
    ("Yasser", "ياسر"), ("Yassine", "ياسين"),
    ("Zaid", "زيد"), ("Ziad", "زياد"), ("Oussama", "أسامة"), ("Osama", "Usama"), ("Tawfik", "توفيق"),
    ("Toufik", "Tawfiq"), ("Cheikh", "شيخ"),
    ("Sheikh", "Cheick"), ("Cherif", "شريف"), ("Marwan", "مروان"), ("Leila", "ليلى"), ("Layla", "Leyla"),
    ("Houda", "هدى"), ("Gaddafi", "القذافي"),
    ("Kadhafi", "Gaddafi"), ("Rokia", "رقية"), ("Nafissa", "نفيسة"), ("Samira", "سميرة"), ("Souad", "سعاد"),
    ("Mouad", "معاذ"), ("Hussein", "حسين"),
    ("Houssein", "Hussain"), ("Hassan", "حسن"), ("Alassane", "Al-Hassan"), ("Ali", "علي"), ("Omar", "عمر"),
    ("Oumarou", "Umar"), ("Mahmoud", "محمود"),
    # Spellings on no list, by their sound.
    ("Moustepha", "مصطفى"), ("Zaccaria", "زكريا"), ("Mokhtaar", "مختار"), ("Ibraahim", "إبراهيم"),
    # Families of West Africa.
    ("Diallo", "Jalloh"), ("Diallo", "ديالو"), ("Traoré", "Traore"), ("Cissé", "Ceesay"), ("Keïta", "Keita"),
    ("Camara", "Kamara"), ("Touré", "Turay"),
    ("Coulibaly", "كوليبالي"), ("N'Diaye", "Ndiaye"), ("Njie", "N’Diaye"), ("Bah", "Ba"),
    ("Ouédraogo", "Ouedraogo"), ("Barry", "باري"),
    # On no list: compared by consonants.
    ("Gaye", "غاي"), ("Wanja", "وانجا"), ("Chukwuma", "تشوكوما"), ("Tamba", "تمبا"), ("Dabo", "دابو"),
    ("Kaboré", "كابوري"), ("Zongo", "زونغو"),
    ("Bekele", "بيكيلي"), ("Dramé", "درامي"), ("Bangura", "بنغورا"),
]  # fmt: skip
FULL = [
    ("Mohamed Ahmed Ali", "Ali Mohamed Ahmed"),  # order
    ("MOHAMED ahmed", "Mohamed Ahmed"),  # case
    ("Moussa Traoré", "TRAORE Moussa"),
    ("Mohammed bin Salem", "محمد سالم"),  # particles
    ("Mohamed Ould Ahmed", "محمد ولد أحمد"),
    ("El Hadj Oumar Bah", "Oumar Bah"),
    ("Abd al-Rahman Saeed", "سعيد عبد الرحمن"),
    ("Hassan El-Tayeb Osman", "حسن الطيب عثمان"),
    ("Fatima Zahra Ali", "فاطمة الزهراء علي"),
    ("Muḥammad ʿAlī", "محمد علي"),  # a librarian's spelling
    ("Mohammmed Ali", "Mohamed Ali"),  # a finger too long on the key
    ("Aboubacar Sidiki Camara", "Abu Bakr Siddiq Kamara"),
    ("Khalid  Adam", "خالد آدم"),
    ("Ahmed Al-Mahdi", "Ahmed Mahdi"),
    ("Moussa dit Petit", "Moussa Petit"),
    ("مُحَمَّد عَلِي", "محمد على"),  # vowel marks, and the Egyptian final letter
    ("Sa'ad Mus'ab", "Saad Musab"),
]
DIFFERENT = [
    ("Hassan", "Hussein"), ("حسن", "حسين"), ("Hassan", "حسين"), ("Ali", "Alia"), ("علي", "علياء"),
    ("Amin", "Amina"), ("أمين", "أمينة"),
    ("Khalid", "Khalida"), ("خالد", "خالدة"), ("Khalid", "Khalil"), ("Omar", "Amr"), ("عمر", "عمرو"),
    ("Omar", "Ammar"), ("Salim", "Salima"),
    ("Salim", "Salam"), ("Saleh", "Salah"), ("Saleh", "Saliha"), ("Said", "Saida"), ("Said", "Saad"),
    ("Said", "Sayed"), ("Jamal", "Jamil"), ("Jamil", "Jamila"),
    ("Karim", "Karima"), ("Karim", "Akram"), ("Malik", "Malika"), ("Rashid", "Rashida"), ("Hamid", "Hamida"),
    ("Hamid", "Ahmed"), ("Ahmed", "Mahmoud"),
    ("Mohamed", "Mahmoud"), ("Mohamed", "Ahmed"), ("Mohamed", "Mamadou"), ("Ahmed", "Amadou"),
    ("محمد", "محمود"), ("محمد", "أحمد"), ("Moussa", "Issa"),
    ("Moussa", "Mustafa"), ("Mariam", "Maryse"), ("Nadir", "Nadia"), ("Nasser", "Nasreddine"),
    ("Nabil", "Nabila"), ("Samir", "Samira"), ("Sami", "Samia"),
    ("Samir", "Sami"), ("Habib", "Habiba"), ("Aziz", "Aziza"), ("Aziz", "Abdelaziz"),
    ("Rahman", "Abdelrahman"), ("Abdelrahman", "Abdelrahim"),
    ("Abdelkarim", "Abdelkader"), ("Abdallah", "Abdou"), ("Zaid", "Ziad"), ("Walid", "Khalid"),
    ("Tarek", "Taher"), ("Tahir", "Tayeb"), ("Fatima", "Faiza"),
    ("Aisha", "Issa"), ("Halima", "Halim"), ("Halima", "Salima"), ("Hawa", "Houda"), ("Leila", "Lubna"),
    ("Bashir", "Basma"), ("Yunus", "Yasin"),
    ("Yasser", "Yassine"), ("Ousmane", "Oussama"), ("Idris", "Iris"), ("Traoré", "Touré"),
    ("Diallo", "Diarra"), ("Cissé", "Sissoko"), ("Camara", "Kaba"),
    ("Ibrahim", "Bahram"), ("Haroun", "Hanoun"), ("Ramadan", "Rahman"), ("Sharif", "Sharifa"),
    ("Adel", "Adnan"), ("Mubarak", "Barka"),
    ("Mohamed Ali", "Mohamed Alia"), ("Mohamed Ali", "Ahmed Ali"),
    ("Mohamed Ali Hassan", "Mohamed Ali Hussein"), ("Ali Mohamed", "Ali"),
    ("አበበ", "ተስፋይ"), ("Adam", "Adel"), ("Kone", "Konate"), ("Sow", "Sy"), ("Bello", "Bilal"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME + FULL)
def test_spellings_of_one_name_share_a_key(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_names_have_different_keys(one, other):
    assert name_key(one) != name_key(other)


def test_few_different_names_share_a_key():
    # Every first spelling of the list, against every other: the list's own lines must stay apart.
    names = [line[0] for line in load("names.yml")["same"]]
    assert len({name_key(name) for name in names}) == len(names)


def test_no_spelling_stands_on_two_lines():
    lines: dict[str, str] = {}
    clashes = [
        (spelling, line[0], lines[normalise(spelling)])
        for line in load("names.yml")["same"]
        for spelling in line
        if lines.setdefault(normalise(spelling), line[0]) != line[0]
    ]
    assert clashes == []


@pytest.mark.parametrize("name", ["Moussa Traoré", "محمد", "አበበ", "El Hadj", "بن", "a", "Li", "Ay Oy"])
def test_every_name_has_a_key(name):
    assert name_key(name)
    assert name_key(name) == name_key(name.upper()) == name_key(f"  {name}. ")


def test_a_text_without_letters_has_no_key():
    assert name_key("?!") == ""
