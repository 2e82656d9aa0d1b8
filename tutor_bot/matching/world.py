"""Names of elsewhere: in a question's familiar frame they ask for another person, country or war.

General knowledge, the same for every pack. A name that a fact speaks of does not count against it.
"""

ELSEWHERE = frozenset(
    """afghanistan africa albania algeria america american argentina asia australia austria belgium brazil britain
    british bulgaria cambodia canada canadian chile china chinese colombia croatia cuba cuban czechoslovakia denmark
    egypt england english ethiopia europe finland france french germany german greece greek hungary iceland india
    indian indonesia iran iraq ireland irish israel italy italian japan japanese jordan kenya korea korean kuwait laos
    latvia lebanon libya lithuania malaysia mexico mongolia morocco netherlands nicaragua nigeria norway pakistan
    palestine panama peru philippines poland polish portugal romania rwanda scotland serbia singapore slovakia
    somalia spain spanish sudan sweden switzerland syria taiwan thailand tunisia turkey uganda ukraine uruguay venezuela
    vietnam wales yemen yugoslavia zambia zimbabwe
    biden bismarck bonaparte bush caesar castro chavez churchill clinton cromwell franco gandhi gaddafi gorbachev
    guevara hitler hussein jinping kennedy kissinger lennon lincoln mandela mao merkel minh mussolini napoleon
    nasser nixon obama pinochet putin reagan roosevelt saddam thatcher tito truman trump washington yeltsin zedong
    zelensky brezhnev andropov chernenko einstein newton shakespeare beethoven mozart picasso
    auschwitz barbarossa bastille berlusconi bolivar chernobyl columbus confucius crimea dallas dresden eisenhower
    everest falklands gagarin glasnost hamas hiroshima hirohito holocaust khomeini kursk lusitania macron
    madonna malcolm marshall messi midway moses mubarak nagasaki nasa nato nero newfoundland nixon normandy nuremberg
    nurnberg orban perestroika pompeii pompidou potsdam pretoria rasputin ribbentrop romanovs ronaldo scholz
    sputnik stalingrad suez sunak thunberg titanic tsunami tutankhamun versailles vichy victoria wagner warhol waterloo
    watergate wikipedia yalta zuckerberg
    gitler cherchill ruzvelt frantsiya germaniya kitay ispaniya italiya hitlers almanya italya cin ispanya fransa
    amerika china deutschland frankreich italien spanien alemania francia italia espana allemagne chine espagne italie
    paris london berlin madrid rome tokyo beijing delhi cairo vienna""".split()
)
